-- Enqueues a job by SQL, and shows what became of it.
--
--     psql "$BATON_POSTGRES_URL" --set=type=mail.welcome --set=arguments='{"address": "ada@example.org"}' --file=enqueue.sql
--
-- The job is there if and only if the transaction is committed. Give an id of your own, and repeat with it what you are not
-- sure of.
\set ON_ERROR_STOP on
\if :{?namespace} \else \set namespace baton \endif
\if :{?queue} \else \set queue default \endif
BEGIN;
SELECT :"namespace".enqueue(:'type', :'arguments', queue => :'queue') AS id \gset
COMMIT;
\echo :id
SELECT state, attempt, error_message FROM :"namespace".job_status(:'id');
