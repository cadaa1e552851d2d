'use client';
import {
  createSpotlight,
  Spotlight,
  type SpotlightActionData,
  type SpotlightActionGroupData,
} from '@mantine/spotlight';
import { useRouter } from 'next/navigation';
import { useEffect, useMemo, useState } from 'react';
import { withRange } from '../../live/time-range.ts';
import { setUrlState, useSearch } from '../../live/url-state.ts';
import { useSettled } from '../../live/use-settled.ts';
import { useInstant, useLiveState, useLiveTimeline } from '../../live/use-window.ts';
import { SearchIcon } from '../../ui/icons.tsx';
import { useTheme } from '../../ui/theme.tsx';
import styles from './palette.module.css';
import { PLACES } from './places.ts';
import { useStopChaos } from './stop-chaos.tsx';

const [store, spotlight] = createSpotlight();
const TRACE_ID = /^[0-9a-f]{32}$/i;

function useCommands(): SpotlightActionData[] {
  const { stop, release, halt } = useStopChaos();
  const { choose } = useTheme();
  const { back } = useInstant();
  return useMemo(
    () => [
      halt?.halted
        ? { id: 'release', label: 'Allow chaos again', description: 'Ends the halt', onClick: release }
        : {
            id: 'stop',
            label: 'Stop all chaos',
            description: 'Ends every fault, with read-back',
            onClick: stop,
          },
      { id: 'live', label: 'Back to live', description: 'Follow the newest data', onClick: back },
      ...(['5m', '15m', '60m'] as const).map((range) => ({
        id: range,
        label: `Last ${range.replace('m', ' minutes')}`,
        description: 'Time range',
        onClick: () => setUrlState({ range, from: null, to: null, at: null }),
      })),
      ...(['dark', 'light', 'system'] as const).map((choice) => ({
        id: choice,
        label: `Theme: ${choice}`,
        onClick: () => choose(choice),
      })),
    ],
    [stop, release, halt, choose, back],
  );
}

function useServices(): string[] {
  const timeline = useSettled(useLiveTimeline(), 2_000);
  const agents = useLiveState()?.agents;
  return useMemo(() => {
    const names = new Set(agents?.map((a) => a.service));
    for (const cell of timeline.traffic) names.add(cell.service);
    return [...names].sort();
  }, [timeline, agents]);
}

/** Everything that can be reached by typing: pages, services, commands, a trace by its id. */
export default function Palette({ asked }: { asked: number }) {
  const router = useRouter();
  const search = useSearch();
  const [query, setQuery] = useState('');
  const commands = useCommands();
  const services = useServices();
  // biome-ignore lint/correctness/useExhaustiveDependencies: each asking opens it
  useEffect(() => spotlight.open(), [asked]);
  const groups: SpotlightActionGroupData[] = [
    {
      group: 'Go to',
      actions: PLACES.map((p) => ({
        id: p.href,
        label: p.name,
        description: p.about,
        onClick: () => router.push(withRange(p.href, search)),
      })),
    },
    {
      group: 'Services',
      actions: services.map((name) => ({
        id: `service:${name}`,
        label: name,
        description: 'On the live map',
        onClick: () => router.push(withRange(`/?node=${encodeURIComponent(name)}`, search)),
      })),
    },
    { group: 'Commands', actions: commands },
  ];
  const typed = query.trim();
  if (TRACE_ID.test(typed)) {
    const open = {
      id: 'trace',
      label: typed,
      description: 'Open this trace',
      onClick: () => router.push(withRange(`/traces/${typed.toLowerCase()}`, search)),
    };
    groups.unshift({ group: 'Trace', actions: [open] });
  }
  return (
    <Spotlight
      store={store}
      actions={groups}
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      highlightQuery
      overlayProps={{ blur: 0, backgroundOpacity: 0.4 }}
      classNames={{
        content: styles.content,
        actionsList: styles.list,
        actionsGroup: styles.group,
        action: styles.action,
      }}
      attributes={{ content: { 'aria-label': 'Command palette' } }}
      scrollable
      maxHeight={420}
      scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
      nothingFound="Nothing fits. A trace opens by its full id."
      searchProps={{ placeholder: 'Page, service, command or trace id', leftSection: <SearchIcon /> }}
    />
  );
}
