-- Enqueues a job by SQL, and shows what became of it.
--
--     psql "$BATON_POSTGRES_URL" --set=type=mail.welcome --set=arguments='{"address": "ada@example.org"}' --file=enqueue.sql
--
-- The job is there if and only if the transaction is committed. Say queue and namespace where they are not default and
-- baton. Give an id, a UUID of your own (--set=id=…), and repeat with it what you are not sure of: it makes one job.
\set ON_ERROR_STOP on
\if :{?namespace} \else \set namespace baton \endif
\if :{?queue} \else \set queue default \endif
\if :{?id} \else \set id '' \endif
BEGIN;
SELECT :"namespace".enqueue(:'type', :'arguments', queue => :'queue', id => NULLIF(:'id', '')::uuid) AS id \gset
COMMIT;
\echo :id
SELECT state, attempt, error_message FROM :"namespace".job_status(:'id');
