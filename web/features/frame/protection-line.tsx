'use client';
import { type ServiceProtection, serviceProtections } from '../../live/protections.ts';
import { useSetProtection } from '../../live/use-set-protection.ts';
import { useLiveState, useNow } from '../../live/use-window.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { countdown } from '../../ui/format.ts';
import styles from './frame.module.css';

/** While a mechanism that keeps a service right is taken away: which, where, and the way back. */
export function ProtectionLine() {
  const live = useLiveState();
  const now = useNow();
  const { mutate, isPending, error } = useSetProtection();
  const off = serviceProtections(live?.agents ?? []).filter((each) => !each.on);
  if (off.length === 0) return null;
  const putBack = (some: readonly ServiceProtection[]) =>
    mutate(some.map(({ service, name }) => ({ service, name, on: true })));
  return (
    <section className={styles.unprotected} aria-label="Protections taken away">
      <b className="failing">Unprotected</b>
      <ul>
        {off.map((each) => (
          <li key={`${each.service}|${each.name}`}>
            <span>
              <b>{each.name}</b> on {each.service}
              {each.until === null ? null : (
                <span className="ink3">, back in {countdown(each.until - now)}</span>
              )}
            </span>
            <Button
              size="sm"
              disabled={isPending}
              aria-label={`Put ${each.name} on ${each.service} back`}
              onClick={() => putBack([each])}
            >
              Put back
            </Button>
          </li>
        ))}
      </ul>
      {off.length > 1 ? (
        <Button size="sm" disabled={isPending} onClick={() => putBack(off)}>
          Put all back
        </Button>
      ) : null}
      {error ? <ErrorNote error={error} /> : null}
    </section>
  );
}
