import type { Diagnosis } from '@stormglass/chaos/contract';
import { useMutation } from '@tanstack/react-query';
import { request } from '../../../live/request.ts';
import { Button } from '../../../ui/button.tsx';
import { ErrorNote } from '../../../ui/error-note.tsx';
import { clock } from '../../../ui/format.ts';
import { Section } from '../../../ui/panel.tsx';
import { RangeLink } from '../../../ui/range-link.tsx';

type Suspicion = Diagnosis['suspicions'][number];

function Line({ suspicion }: { suspicion: Suspicion }) {
  return (
    <li className="row" style={{ alignItems: 'baseline', gap: 8, padding: '3px 0' }}>
      <span className="mono ink3" style={{ minWidth: 40, textAlign: 'right' }}>
        {Math.round(suspicion.likely * 100)} %
      </span>
      <span className="cap ink2" style={{ minWidth: 0 }}>
        {suspicion.says}{' '}
        {suspicion.evidence.map(({ says, href }) => (
          <span key={href}>
            <RangeLink href={href}>{says}</RangeLink>{' '}
          </span>
        ))}
      </span>
    </li>
  );
}

/** What is probably wrong with a service, asked for by a person: the answer is of that moment and says so. */
export function DiagnosisSection({ service }: { service: string }) {
  const ask = useMutation({ mutationFn: () => request('diagnose', { params: { name: service } }) });
  const found = ask.data;
  return (
    <Section title="Diagnosis" aside={found ? `as of ${clock(found.at)}` : 'against its own last minutes'}>
      <Button size="sm" disabled={ask.isPending} onClick={() => ask.mutate()}>
        {found ? 'Diagnose again' : 'Diagnose'}
      </Button>
      {ask.error ? <ErrorNote error={ask.error} /> : null}
      <div role="status" style={{ marginTop: found ? 6 : 0 }}>
        {found ? <p className="cap ink1">{found.summary}</p> : null}
      </div>
      <ul>
        {found?.suspicions.map((one) => (
          <Line key={`${one.rule}${one.says}`} suspicion={one} />
        ))}
      </ul>
      {found?.blind.map((what) => (
        <p key={what} className="cap ink3">
          Not looked at: {what}
        </p>
      ))}
    </Section>
  );
}
