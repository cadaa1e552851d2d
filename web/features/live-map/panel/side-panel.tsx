'use client';
import type { FaultInterval } from '@stormglass/agents/contract';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { type BreakerView, breakersAt, breakerTrouble } from '../../../live/figures.ts';
import { keys } from '../../../live/keys.ts';
import { request } from '../../../live/request.ts';
import { useSettled } from '../../../live/use-settled.ts';
import { percent, rateText } from '../../../ui/format.ts';
import { Panel } from '../../../ui/panel.tsx';
import { RangeLink } from '../../../ui/range-link.tsx';
import type { Chosen } from '../model/break-options.ts';
import { chaosHistory } from '../model/chaos-history.ts';
import { guards } from '../model/structure.ts';
import { edgesBetween } from '../model/view.ts';
import type { Compared } from '../use-baseline.ts';
import type { MapState } from '../use-map.ts';
import type { Selection } from '../use-selection.ts';
import { ArmedNow } from './armed-now.tsx';
import { BetweenPanel } from './between-panel.tsx';
import { BreakThis } from './break-this.tsx';
import { BreakerWords } from './breaker-words.tsx';
import { ChaosHistory } from './chaos-history.tsx';
import { Charts } from './charts.tsx';
import { ComparedSection } from './compared-section.tsx';
import { DiagnosisSection } from './diagnosis.tsx';
import { QueueFacts } from './queue-facts.tsx';
import { Traces } from './traces.tsx';
import { type Absent, useChosen } from './use-chosen.ts';

/** Words and tables are read, not watched: a few times a second is enough. */
const REDRAW_MS = 250;

const plain = (id: string) => id.replace(/^queue:/, '');

function titleOf(chosen: Chosen): ReactNode {
  switch (chosen.kind) {
    case 'edge':
      return (
        <>
          {plain(chosen.from)} <span className="ink3">→</span> {plain(chosen.to)}
        </>
      );
    case 'service':
      return chosen.service;
    case 'queue':
      return chosen.queue;
  }
}

function subtitleOf(chosen: Chosen, map: MapState): string {
  switch (chosen.kind) {
    case 'edge': {
      const figures = map.figures.edges.get(idOf(chosen))?.figures;
      const message = chosen.from.startsWith('queue:') || chosen.to.startsWith('queue:');
      const kind = message ? 'messages, nobody waits' : 'the caller waits for the answer';
      return figures ? `${rateText(figures.rate)}, ${percent(figures.errorShare)} failed; ${kind}` : kind;
    }
    case 'service': {
      const own = map.figures.nodes.get(chosen.service)?.own;
      return own && own.calls > 0
        ? `${rateText(own.rate)}, ${percent(own.errorShare)} failed, ${percent(own.slowShare)} slow`
        : 'no calls in the last 30 s';
    }
    case 'queue':
      return chosen.consumers.length > 0 ? `consumed by ${chosen.consumers.join(', ')}` : 'no consumer seen';
  }
}

/** The breakers to talk about: that of the edge, or those of the service which are in trouble. */
function useBreakers(chosen: Chosen, map: MapState): BreakerView[] {
  const { structure } = map;
  const { timeline, at } = map.page;
  return useMemo(() => {
    if (chosen.kind === 'queue') return [];
    const all = [...breakersAt(timeline, at).values()];
    if (chosen.kind === 'edge') return all.filter((b) => guards(structure, b, chosen));
    return all
      .filter(
        (b) => breakerTrouble(b.state) > 0 && (b.service === chosen.service || b.peer === chosen.service),
      )
      .slice(0, 2);
  }, [chosen, structure, timeline, at]);
}

/** Faults of the live window and those the hub remembers from before it. */
function useHistory(chosen: Chosen, map: MapState): FaultInterval[] {
  const { data } = useQuery({
    queryKey: keys.faults,
    queryFn: ({ signal }) => request('faults', { signal }),
  });
  const { timeline, at } = map.page;
  return chaosHistory([data?.faults ?? [], timeline.faults], chosen, at);
}

interface ContentProps {
  chosen: Chosen;
  map: MapState;
  history: readonly FaultInterval[];
  compared: Compared;
}

/** The id by which the map knows what was chosen. */
function idOf(chosen: Chosen): string {
  switch (chosen.kind) {
    case 'edge':
      return `${chosen.from}>${chosen.to}`;
    case 'service':
      return chosen.service;
    case 'queue':
      return `queue:${chosen.queue}`;
  }
}

function Content({ chosen, map, history, compared }: ContentProps) {
  const { page } = map;
  const id = idOf(chosen);
  const of = chosen.kind === 'edge' ? 'edges' : 'nodes';
  const breakers = useBreakers(chosen, map);
  const service =
    chosen.kind === 'service' ? chosen.service : chosen.kind === 'edge' ? chosen.from : chosen.consumers[0];
  return (
    <>
      {breakers.map((breaker) => (
        <BreakerWords
          key={breaker.id}
          breaker={breaker}
          at={page.at}
          {...(chosen.kind === 'service' ? { title: `${breaker.service} → ${breaker.peer}` } : {})}
        />
      ))}
      {chosen.kind === 'queue' ? (
        <QueueFacts queue={map.figures.nodes.get(`queue:${chosen.queue}`)?.queue ?? null} />
      ) : null}
      <Charts
        page={page}
        chosen={chosen}
        threshold={chosen.kind === 'edge' ? (breakers[0]?.samples[0]?.threshold ?? null) : null}
        guarded={chosen.kind === 'edge' && breakers.length > 0}
      />
      <ComparedSection compared={compared} change={compared.changes?.[of].get(id) ?? null} />
      <ArmedNow faults={map.figures[of].get(id)?.faults ?? []} at={page.at} />
      {service ? <DiagnosisSection key={service} service={plain(service)} /> : null}
      {service ? <Traces service={plain(service)} page={page} /> : null}
      <ChaosHistory faults={history.filter(({ endedAt }) => endedAt !== null && endedAt <= page.at)} />
    </>
  );
}

function AbsentPanel({ absent, close }: { absent: Absent; close: () => void }) {
  return (
    <Panel label="Details" title={absent.name} subtitle="not on the map" onClose={close}>
      <p className="ink2" role="status" style={{ padding: '12px 16px' }}>
        {absent.why}
      </p>
    </Panel>
  );
}

interface PanelProps {
  map: MapState;
  selection: Selection;
  compared: Compared;
}

/** The right panel of the live map: one node or edge, what it does, and how to break it. */
export function SidePanel({ map: newest, selection, compared }: PanelProps) {
  const map = useSettled(newest, REDRAW_MS);
  const chosen = useChosen(map.structure, selection);
  const between = edgesBetween(map.structure, map.view.clusters, selection.edge);
  if (between) return <BetweenPanel id={selection.edge} edges={between} map={map} selection={selection} />;
  // Before the first telemetry nobody knows what there is.
  if (!chosen || (chosen.kind === 'absent' && map.page.loading)) return null;
  if (chosen.kind === 'absent') return <AbsentPanel absent={chosen} close={selection.close} />;
  return <ChosenPanel chosen={chosen} map={map} selection={selection} compared={compared} />;
}

function ChosenPanel({ chosen, map, selection, compared }: PanelProps & { chosen: Chosen }) {
  const history = useHistory(chosen, map);
  const traces =
    chosen.kind === 'edge' ? plain(chosen.to) : chosen.kind === 'service' ? chosen.service : null;
  return (
    <Panel
      label={chosen.kind === 'edge' ? `Edge ${plain(chosen.from)} to ${plain(chosen.to)}` : `Details`}
      title={titleOf(chosen)}
      subtitle={subtitleOf(chosen, map)}
      onClose={selection.close}
      footer={
        <BreakThis key={JSON.stringify(chosen)} chosen={chosen} map={map} hurtBefore={history.length} />
      }
      actions={
        traces ? (
          <RangeLink
            href={`/traces?q=${encodeURIComponent(`service=${traces}`)}`}
            className="cap ink2"
            style={{ padding: '4px 8px' }}
          >
            Traces
          </RangeLink>
        ) : null
      }
    >
      <Content chosen={chosen} map={map} history={history} compared={compared} />
    </Panel>
  );
}
