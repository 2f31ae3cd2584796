#define _GNU_SOURCE
#include "internal.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

// MARK: The socket as OpenSSL sees it

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL: a peer that has hung up would end the process by SIGPIPE.

static int descriptor_of(BIO *bio) {
  return (int)(intptr_t)BIO_get_data(bio);
}

static bool must_retry(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

static int bio_read(BIO *bio, char *bytes, int capacity) {
  BIO_clear_retry_flags(bio);
  errno = 0;
  const ssize_t received = recv(descriptor_of(bio), bytes, (size_t)capacity, MSG_DONTWAIT);
  if (received < 0 && must_retry(errno)) BIO_set_retry_read(bio);
  return (int)received;
}

static int bio_write(BIO *bio, const char *bytes, int count) {
  BIO_clear_retry_flags(bio);
  errno = 0;
  const ssize_t sent = send(descriptor_of(bio), bytes, (size_t)count, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && must_retry(errno)) BIO_set_retry_write(bio);
  return (int)sent;
}

static long bio_control(BIO *bio, int command, long number, void *pointer) {
  (void)bio, (void)number, (void)pointer;
  return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *bio_method;

static void prepare(void) {
  // OpenSSL would clean up after itself while the process exits, with connections still in use on their threads.
  OPENSSL_init_ssl(OPENSSL_INIT_NO_ATEXIT, NULL);
  const int type = BIO_get_new_index();
  bio_method = type < 0 ? NULL : BIO_meth_new(type | BIO_TYPE_SOURCE_SINK, "socket without signals");
  if (bio_method == NULL) return;
  BIO_meth_set_read(bio_method, bio_read);
  BIO_meth_set_write(bio_method, bio_write);
  BIO_meth_set_ctrl(bio_method, bio_control);
}

static BIO *new_bio(int descriptor) {
  BIO *bio = bio_method == NULL ? NULL : BIO_new(bio_method);
  if (bio == NULL) return NULL;
  BIO_set_data(bio, (void *)(intptr_t)descriptor);
  BIO_set_init(bio, 1);
  return bio;
}

// MARK: Settings

static const char *error_text(void) {
  const unsigned long error = ERR_peek_last_error();
  if (ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == SSL_R_WRONG_VERSION_NUMBER) {
    return "the port does not speak TLS, or only versions before 1.2";
  }
  const char *text = ERR_reason_error_string(error);
  return text == NULL ? "unknown error" : text;
}

// Without it OpenSSL would ask whoever sits at the terminal.
static int give_password(char *output, int capacity, int is_writing, void *password) {
  (void)is_writing;
  if (password == NULL) return 0;
  const size_t length = strlen(password);
  if (length > (size_t)capacity) return 0;
  memcpy(output, password, length);
  return (int)length;
}

static bool load_files(SSL_CTX *context, const rabbit_options *options, rabbit_failure *failure) {
  if (options->authority_file != NULL) {
    if (SSL_CTX_load_verify_locations(context, options->authority_file, NULL) != 1) {
      rabbit_fail(failure, RABBIT_STAGE_TLS_FILES, "cannot read the authorities' certificates in %s: %s",
                  options->authority_file, error_text());
      return false;
    }
  } else if (SSL_CTX_set_default_verify_paths(context) != 1) {
    rabbit_fail(failure, RABBIT_STAGE_TLS_FILES, "cannot find the system's trusted authorities: %s", error_text());
    return false;
  }
  if (options->certificate_file == NULL) return true;
  if (SSL_CTX_use_certificate_chain_file(context, options->certificate_file) != 1) {
    rabbit_fail(failure, RABBIT_STAGE_TLS_FILES, "cannot read the certificate in %s: %s", options->certificate_file,
                error_text());
    return false;
  }
  SSL_CTX_set_default_passwd_cb(context, give_password);
  SSL_CTX_set_default_passwd_cb_userdata(context, (void *)options->key_password);
  const int is_read = SSL_CTX_use_PrivateKey_file(context, options->key_file, SSL_FILETYPE_PEM);
  SSL_CTX_set_default_passwd_cb_userdata(context, NULL);
  if (is_read != 1) {
    // Also when the key does not belong to the certificate.
    rabbit_fail(failure, RABBIT_STAGE_TLS_FILES, "cannot use the private key in %s: %s", options->key_file,
                error_text());
    return false;
  }
  return true;
}

static SSL_CTX *new_context(const rabbit_options *options, rabbit_failure *failure) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  if (context == NULL || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) {
    rabbit_fail(failure, RABBIT_STAGE_TLS, "%s", error_text());
    SSL_CTX_free(context);
    return NULL;
  }
  // With renegotiation, reading could have to wait for writing and the other way round.
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // What is sent lies in a buffer that may grow, and so move, between two tries.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify(context, options->verifies_certificate ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
  if (!load_files(context, options, failure)) {
    SSL_CTX_free(context);
    return NULL;
  }
  return context;
}

static bool is_address(const char *host) {
  uint8_t bytes[sizeof(struct in6_addr)];
  return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

// Sets which name the certificate must bear. The library compares host names only, so that an address never matches.
static bool expect_name(SSL *tls, const rabbit_options *options) {
  const bool is_ip = is_address(options->server_name);
  // The extension for the server's name knows no addresses.
  if (!is_ip && SSL_set_tlsext_host_name(tls, options->server_name) != 1) return false;
  if (!options->verifies_name) return true;
  if (is_ip) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), options->server_name) == 1;
  SSL_set_hostflags(tls, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(tls, options->server_name) == 1;
}

// MARK: Shaking hands

static void fail_handshake(SSL *tls, const rabbit_options *options, int error, rabbit_failure *failure) {
  const long verdict = SSL_get_verify_result(tls);
  if (options->verifies_certificate && verdict != X509_V_OK) {
    const bool is_name = verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH;
    rabbit_fail(failure, RABBIT_STAGE_TLS, "the broker's certificate is not accepted: %s%s%s",
                X509_verify_cert_error_string(verdict), is_name ? "; it is not for " : "",
                is_name ? options->server_name : "");
  } else if (ERR_peek_last_error() != 0) {
    rabbit_fail(failure, RABBIT_STAGE_TLS, "%s", error_text());
  } else {
    char text[128];
    rabbit_fail(failure, RABBIT_STAGE_TLS, "%s",
                error == 0 ? "the peer closed the connection" : strerror_r(error, text, sizeof text));
  }
}

static bool shake_hands(SSL *tls, const rabbit_options *options, int descriptor, int64_t deadline,
                        rabbit_failure *failure) {
  for (;;) {
    ERR_clear_error();
    const int result = SSL_connect(tls);
    const int error = errno;
    if (result == 1) return true;
    short events = 0;
    switch (SSL_get_error(tls, result)) {
      case SSL_ERROR_WANT_READ:
        events = POLLIN;
        break;
      case SSL_ERROR_WANT_WRITE:
        events = POLLOUT;
        break;
      default:
        fail_handshake(tls, options, error, failure);
        return false;
    }
    const int waited = wait_ready(descriptor, events, deadline);
    if (waited != 0) {
      char text[128];
      rabbit_fail(failure, RABBIT_STAGE_HANDSHAKE, "%s",
                  waited == ETIMEDOUT ? "the TLS handshake did not end in time" : strerror_r(waited, text, sizeof text));
      return false;
    }
  }
}

bool tls_start(rabbit_connection *connection, const rabbit_options *options, int64_t deadline,
               rabbit_failure *failure) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, prepare);
  ERR_clear_error();
  SSL_CTX *context = new_context(options, failure);
  if (context == NULL) return false;
  SSL *tls = SSL_new(context);
  // The connection keeps what it needs of it.
  SSL_CTX_free(context);
  BIO *bio = tls == NULL ? NULL : new_bio(connection->descriptor);
  if (bio == NULL || !expect_name(tls, options)) {
    BIO_free(bio);
    SSL_free(tls);
    rabbit_fail(failure, RABBIT_STAGE_TLS, "%s", error_text());
    return false;
  }
  SSL_set_bio(tls, bio, bio);
  connection->tls = tls;
  return shake_hands(tls, options, connection->descriptor, deadline, failure);
}

// MARK: Talking

static ptrdiff_t take_result(rabbit_connection *connection, int result, size_t count, int wanted, int error) {
  if (result == 1) return (ptrdiff_t)count;
  const int reason = SSL_get_error(connection->tls, result);
  // Without renegotiation, reading never waits for writing nor the other way round. Should it, polling would spin.
  if (reason == wanted) return 0;
  if (reason == SSL_ERROR_ZERO_RETURN) {
    transport_fail(connection, "the broker closed the connection");
  } else if (ERR_peek_last_error() != 0) {
    transport_fail(connection, "TLS: %s", error_text());
  } else {
    char text[128];
    transport_fail(connection, "%s",
                   error == 0 ? "the broker closed the connection" : strerror_r(error, text, sizeof text));
  }
  return -1;
}

ptrdiff_t tls_receive(rabbit_connection *connection, uint8_t *bytes, size_t capacity) {
  size_t received = 0;
  ERR_clear_error();
  errno = 0;
  const int result = SSL_read_ex(connection->tls, bytes, capacity, &received);
  return take_result(connection, result, received, SSL_ERROR_WANT_READ, errno);
}

ptrdiff_t tls_send(rabbit_connection *connection, const uint8_t *bytes, size_t count) {
  size_t total = 0;
  // One record at a time.
  while (total < count) {
    size_t sent = 0;
    ERR_clear_error();
    errno = 0;
    const int result = SSL_write_ex(connection->tls, bytes + total, count - total, &sent);
    const ptrdiff_t taken = take_result(connection, result, sent, SSL_ERROR_WANT_WRITE, errno);
    if (taken < 0) return -1;
    if (taken == 0) break;
    total += (size_t)taken;
  }
  return (ptrdiff_t)total;
}
