// Submits a job to Baton through RabbitMQ, and says what became of the message.
//
//	submit TYPE ARGUMENTS [QUEUE [ID SENT_AT]]
//	submit --rejects        prints what was rejected of this account's messages since its first call
//
// Needs amqp091-go (Debian: golang-github-rabbitmq-amqp091-go-dev, then `GO111MODULE=off GOPATH=/usr/share/gocode go run
// submit.go …`). BATON_RABBITMQ_URL says where the broker is, BATON_NAMESPACE the prefix of its exchanges (baton), and
// BATON_TENANT the tenant, where producers are kept apart and may declare nothing: then the exchange and the queue of rejects
// are the tenant's own. BATON_REJECTS names another queue that is there to read rejects from: baton.rejected for an account that
// shares baton.submit and may declare nothing. The same ID makes one job, however often it is sent: a producer that is not sure
// sends again, with the time of its first try in seconds, so that one that comes late is rejected and not taken for new.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

var errNoQueue = errors.New("no server takes submissions to the queue")

func namespace() string {
	if name := os.Getenv("BATON_NAMESPACE"); name != "" {
		return name
	}
	return "baton"
}

func exchange() string {
	if tenant := os.Getenv("BATON_TENANT"); tenant != "" {
		return namespace() + ".submit." + tenant
	}
	return namespace() + ".submit"
}

// publish says whether the broker has the message safely; false when the queue is full.
func publish(url, queue string, message amqp.Publishing) (bool, error) {
	connection, err := amqp.Dial(url)
	if err != nil {
		return false, err
	}
	defer connection.Close()
	channel, err := connection.Channel()
	if err != nil {
		return false, err
	}
	if err := channel.Confirm(false); err != nil {
		return false, err
	}
	returns := channel.NotifyReturn(make(chan amqp.Return, 1))
	closed := channel.NotifyClose(make(chan *amqp.Error, 1))
	// Not a deferred confirmation: one that comes at once is lost between the library's sending and its noting that it waits.
	confirmations := channel.NotifyPublish(make(chan amqp.Confirmation, 1))
	patience, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := channel.PublishWithContext(patience, exchange(), queue, true, false, message); err != nil {
		return false, err
	}
	select {
	case confirmation, isOpen := <-confirmations:
		if !isOpen {
			if err := <-closed; err != nil {
				return false, err
			}
			return false, amqp.ErrClosed
		}
		// A message that no queue takes comes back before its confirmation.
		select {
		case <-returns:
			return false, errNoQueue
		default:
			return confirmation.Ack, nil
		}
	case <-patience.Done():
		return false, patience.Err()
	}
}

func submit(url, user string, arguments []string) error {
	argument := func(index int, otherwise string) string {
		if index < len(arguments) {
			return arguments[index]
		}
		return otherwise
	}
	body := []byte(argument(1, "{}"))
	if !json.Valid(body) {
		return errors.New("ARGUMENTS is not JSON")
	}
	var bits [16]byte
	if _, err := rand.Read(bits[:]); err != nil {
		return err
	}
	bits[6], bits[8] = bits[6]&0x0f|0x40, bits[8]&0x3f|0x80
	queue := argument(2, "default")
	id := argument(3, fmt.Sprintf("%x-%x-%x-%x-%x", bits[:4], bits[4:6], bits[6:8], bits[8:10], bits[10:]))
	seconds, err := strconv.ParseInt(argument(4, strconv.FormatInt(time.Now().Unix(), 10)), 10, 64)
	if err != nil {
		return err
	}
	message := amqp.Publishing{
		Type: arguments[0], MessageId: id, UserId: user, Timestamp: time.Unix(seconds, 0),
		ContentType: "application/json", DeliveryMode: amqp.Persistent, Body: body,
	}
	for attempt := 0; attempt < 5; attempt++ {
		isTaken, err := publish(url, queue, message)
		var refusal *amqp.Error
		switch {
		case isTaken:
			fmt.Println(id)
			return nil
		case errors.Is(err, errNoQueue):
			return fmt.Errorf("%w %s", err, queue)
		case errors.As(err, &refusal) && refusal.Code >= 400 && refusal.Code < 500:
			return fmt.Errorf("the broker refuses: %s", refusal.Reason)
		case err != nil:
			fmt.Fprintln(os.Stderr, "no connection, trying again:", err)
		default:
			fmt.Fprintln(os.Stderr, "the queue is full, trying again")
		}
		time.Sleep(time.Second << attempt)
	}
	return fmt.Errorf("given up; send it again with the id %s and the time %d", id, seconds)
}

func queueOfRejects(channel *amqp.Channel, user string) (string, error) {
	if queue := os.Getenv("BATON_REJECTS"); queue != "" {
		return queue, nil
	}
	if tenant := os.Getenv("BATON_TENANT"); tenant != "" {
		return namespace() + ".rejected." + tenant, nil
	}
	queue := namespace() + ".rejects." + user
	if _, err := channel.QueueDeclare(queue, true, false, false, false, nil); err != nil {
		return "", err
	}
	return queue, channel.QueueBind(queue, user, namespace()+".rejected", false, nil)
}

func showRejects(url, user string) error {
	connection, err := amqp.Dial(url)
	if err != nil {
		return err
	}
	defer connection.Close()
	channel, err := connection.Channel()
	if err != nil {
		return err
	}
	queue, err := queueOfRejects(channel, user)
	if err != nil {
		return err
	}
	for {
		message, isThere, err := channel.Get(queue, false)
		if err != nil || !isThere {
			return err
		}
		headers := message.Headers
		fmt.Println(message.MessageId, headers["reject-at"], headers["reject-code"], headers["reject-reason"])
		if err := message.Ack(false); err != nil {
			return err
		}
	}
}

func main() {
	url, arguments := os.Getenv("BATON_RABBITMQ_URL"), os.Args[1:]
	address, err := amqp.ParseURI(url)
	switch {
	case err != nil:
	case len(arguments) == 1 && arguments[0] == "--rejects":
		err = showRejects(url, address.Username)
	case len(arguments) >= 2:
		err = submit(url, address.Username, arguments)
	default:
		err = errors.New("usage: submit TYPE ARGUMENTS [QUEUE [ID SENT_AT]] | --rejects")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
