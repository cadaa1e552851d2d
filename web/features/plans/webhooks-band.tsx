'use client';
import type { Webhook } from '@stormglass/chaos/contract';
import { type FormEvent, useState } from 'react';
import { request } from '../../live/request.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { list } from '../../ui/list.ts';
import { ListTable } from '../../ui/list-table.tsx';
import { Band } from '../../ui/page.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import styles from './plans.module.css';
import { useDoing, useWebhooks } from './queries.ts';

function Row({ webhook }: { webhook: Webhook }) {
  const params = { id: webhook.id };
  const test = useDoing(() => request('testWebhook', { params }));
  const remove = useDoing(() => request('deleteWebhook', { params }));
  const said = test.data;
  const error = test.error ?? remove.error;
  return (
    <tr>
      <td className="mono">{webhook.url}</td>
      <td>{webhook.types.join(', ') || 'all events'}</td>
      <td className={list.num}>{webhook.dropped}</td>
      <td className={list.wide}>
        <span className="row" style={{ gap: 6 }}>
          <Button size="sm" disabled={test.isPending} onClick={() => test.mutate(undefined)}>
            Test
          </Button>
          <ConfirmButton
            size="sm"
            variant="danger"
            ask="Press again"
            onConfirm={() => remove.mutate(undefined)}
          >
            Delete
          </ConfirmButton>
          {said ? (
            <span className={said.outcome === 'delivered' ? 'ink2' : 'failing'} role="status">
              {said.status === null ? said.answer : `answered ${said.status} in ${said.tookMs} ms`}
            </span>
          ) : null}
          {error ? <ErrorNote error={error} /> : null}
        </span>
      </td>
    </tr>
  );
}

function NewWebhook() {
  const [url, setUrl] = useState('');
  const add = useDoing(() => request('addWebhook', { input: { url } }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate(undefined, { onSuccess: () => setUrl('') });
  };
  return (
    <form className={styles.form} onSubmit={submit} aria-label="New webhook">
      <label className={list.label}>
        URL that gets every event, signed
        <input
          className={list.field}
          data-size="sm"
          type="url"
          value={url}
          placeholder="https://"
          autoComplete="off"
          onChange={(e) => setUrl(e.target.value)}
        />
      </label>
      <Button type="submit" size="sm" disabled={url === '' || add.isPending}>
        Add webhook
      </Button>
      {add.data ? (
        <p className="cap" role="status">
          Its secret, shown only now: <code className="mono">{add.data.secret}</code>{' '}
          <CopyButton text={add.data.secret} name="the secret of the webhook" />
        </p>
      ) : null}
      {add.error ? <ErrorNote error={add.error} /> : null}
    </form>
  );
}

/** Where events are sent. */
export function WebhooksBand() {
  const webhooks = useWebhooks();
  return (
    <Band title="Webhooks" about="runs, faults, guards, breakers, levels and halts, sent to your own tools">
      <QueryState query={webhooks} rows={1}>
        {(data) =>
          data.webhooks.length === 0 ? null : (
            <ListTable
              label="Webhooks"
              columns={['URL', 'Events', { head: 'Dropped', look: 'num' }, 'Actions']}
            >
              {data.webhooks.map((webhook) => (
                <Row key={webhook.id} webhook={webhook} />
              ))}
            </ListTable>
          )
        }
      </QueryState>
      <NewWebhook />
    </Band>
  );
}
