'use client';
import type { AgentView } from '../../live/protocol.ts';
import { Button } from '../../ui/button.tsx';
import { clock, count, countdown, plural } from '../../ui/format.ts';
import { CheckIcon } from '../../ui/icons.tsx';
import { KeyValue } from '../../ui/key-value.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import styles from './attach.module.css';
import type { WaitingView } from './use-waiting.ts';
import type { Finding, Heard } from './waiting.ts';

function agentWords(agent: AgentView | null): string {
  if (agent === null) return 'none: seen, and not hurt from inside';
  if (!agent.chaosAllowed) return 'connected, refuses faults: STORMGLASS_CHAOS=on allows them';
  const types = new Set(agent.capabilities.map((capability) => capability.split(':')[0]));
  return `connected, can inject ${plural(types.size, 'kind of fault', 'kinds of fault')}`;
}

interface HereProps {
  heard: Heard;
  agent: AgentView | null;
  since: number;
}

function Here({ heard, agent, since }: HereProps) {
  const name = encodeURIComponent(heard.service);
  return (
    <div className={styles.here}>
      <p className="read" role="status">
        <span className="ok">
          <CheckIcon />
        </span>{' '}
        <b>{heard.service}</b> is here
        {heard.firstAt >= since - 1000 ? `: its first span came at ${clock(heard.firstAt)}.` : '.'}
      </p>
      <KeyValue
        read
        rows={[
          ['Newest span', clock(heard.lastAt)],
          ['Requests, calls and messages', `${count(heard.calls)} in the last 15 minutes`],
          ['Agent', agentWords(agent)],
        ]}
      />
      <div className={styles.links}>
        <RangeLink href={`/?node=${name}`}>
          {agent?.chaosAllowed ? 'Show it on the map, and break it' : 'Show it on the map'}
        </RangeLink>
        <RangeLink href={`/traces?q=service%3D${name}&all=1`}>Read its traces</RangeLink>
      </div>
    </div>
  );
}

function FindingRow({ finding, choose }: { finding: Finding; choose: (service: string) => void }) {
  const { other } = finding;
  return (
    <li className={styles.finding}>
      <b className="degraded">{finding.title}</b>
      <p>{finding.next}</p>
      {other === undefined ? null : (
        <Button size="sm" onClick={() => choose(other)}>
          Wait for {other}
        </Button>
      )}
    </li>
  );
}

interface ArrivalProps {
  service: string;
  waiting: WaitingView;
  choose: (service: string) => void;
}

/** The first span, or why it has not come. */
export function Arrival({ service, waiting, choose }: ArrivalProps) {
  const { heard, agent, since, now, status, findings } = waiting;
  const stale = status !== 'live';
  return (
    <div className={styles.arrival}>
      {stale ? (
        <p className="degraded">
          This page is not connected to the dashboard; what comes meanwhile is shown when it is back.
        </p>
      ) : null}
      {heard ? (
        <Here heard={heard} agent={agent} since={since} />
      ) : (
        <>
          <p className="read">
            <span className={styles.pulse} aria-hidden="true" /> Waiting for the first span of{' '}
            <b>{service}</b>{' '}
            <span className="ink3">{now > since ? `for ${countdown(now - since)}` : ''}</span>
          </p>
          <ul className={styles.findings} aria-label="Why none comes" aria-live="polite">
            {findings.map((finding) => (
              <FindingRow key={finding.id} finding={finding} choose={choose} />
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
