'use client';
import { createSpotlight, Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight';
import { useEffect, useState } from 'react';
import { SearchIcon } from '../../ui/icons.tsx';
import { OrderNote } from './order-note.tsx';
import styles from './palette.module.css';
import { type Entry, type EntryGroup, fitting, typedEntries } from './palette-entries.ts';
import { useCommands } from './use-commands.ts';
import { useDeeds } from './use-deeds.ts';
import { useEntryGroups } from './use-entries.ts';

const [store, spotlight] = createSpotlight();
const close = () => spotlight.close();

/** As the list wants it; an entry that was asked for once says what the next Enter does. */
function toActions(
  groups: EntryGroup[],
  asked: string,
  run: (entry: Entry) => void,
): SpotlightActionGroupData[] {
  return groups.map(({ group, entries }) => ({
    group,
    actions: entries.map((entry) => ({
      id: entry.id,
      label: entry.label,
      description: entry.id === asked ? 'Press Enter again: this hurts for real' : entry.description,
      ...(entry.id === asked ? { className: styles.asked ?? '' } : {}),
      onClick: () => run(entry),
    })),
  }));
}

/** What comes late may stand first: Enter is for what stands first, as the list itself does it for each typed letter. */
function selectFirst(): void {
  const list = document.getElementById(store.getState().listId);
  list?.querySelector('[data-selected]')?.removeAttribute('data-selected');
  list?.querySelector('[data-action]')?.setAttribute('data-selected', 'true');
  store.updateState((state) => ({ ...state, selected: 0 }));
}

/** Everything that can be reached by typing: pages, whatever has a name, what can be done, an id. */
export default function Palette({ asked: openings }: { asked: number }) {
  const [query, setQuery] = useState('');
  const [opened, setOpened] = useState(false);
  const { asked, forget, run, order, dismiss, go } = useDeeds(close);
  const known = useEntryGroups(opened);
  const commands = useCommands(go);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each asking opens it
  useEffect(() => spotlight.open(), [openings]);
  const typed = query.trim();
  const groups = fitting(
    [
      ...known,
      { group: 'Commands', entries: commands, always: true },
      { group: 'Anywhere', entries: typedEntries(typed) },
    ],
    typed,
  );
  const first = groups[0]?.entries[0]?.id ?? '';
  useEffect(() => {
    if (opened && first !== '') selectFirst();
  }, [opened, first]);
  return (
    <>
      <Spotlight
        store={store}
        actions={toActions(groups, asked, run)}
        filter={(_, actions) => actions}
        query={query}
        onQueryChange={(next) => {
          forget();
          setQuery(next);
        }}
        onSpotlightOpen={() => setOpened(true)}
        onSpotlightClose={() => {
          forget();
          setOpened(false);
        }}
        closeOnActionTrigger={false}
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
        searchProps={{
          placeholder: 'Page, service, queue, breaker, experiment, run, saga, command or trace id',
          leftSection: <SearchIcon />,
        }}
      />
      {order ? <OrderNote order={order} dismiss={dismiss} /> : null}
    </>
  );
}
