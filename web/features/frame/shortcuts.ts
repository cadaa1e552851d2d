/** One combination of a global shortcut, as the browser tells it. */
interface Combination {
  key: string;
  /** Ctrl, or Cmd on a Mac. */
  command?: boolean;
  shift?: boolean;
}

export interface Shortcut {
  /** As they stand on keys: any of them does it. */
  keys: readonly string[];
  does: string;
}

interface GlobalShortcut extends Shortcut {
  combinations: readonly Combination[];
  /** The same, as `aria-keyshortcuts` wants it. */
  aria: string;
  /** Also while somebody writes into a field. */
  inFields: boolean;
}

/** What works everywhere: handlers and the sheet read the same rows. */
export const GLOBAL_SHORTCUTS = {
  palette: {
    keys: ['Ctrl K', '⌘ K'],
    does: 'Search, or run a command',
    combinations: [{ key: 'k', command: true }],
    aria: 'Control+K Meta+K',
    inFields: true,
  },
  stop: {
    keys: ['Shift Esc', 'Ctrl .', '⌘ .'],
    does: 'Stop all chaos',
    combinations: [
      { key: 'escape', shift: true },
      { key: '.', command: true },
    ],
    aria: 'Shift+Escape Control+. Meta+.',
    inFields: true,
  },
  sheet: {
    keys: ['?'],
    does: 'Show these shortcuts',
    combinations: [{ key: '?' }],
    aria: '?',
    inFields: false,
  },
} as const satisfies Record<string, GlobalShortcut>;
export type GlobalShortcutName = keyof typeof GLOBAL_SHORTCUTS;

export interface ShortcutGroup {
  title: string;
  rows: readonly Shortcut[];
}

/** Everything that has keys of its own, group by group. */
export const SHORTCUT_GROUPS: readonly ShortcutGroup[] = [
  { title: 'Everywhere', rows: Object.values(GLOBAL_SHORTCUTS) },
  {
    title: 'On the incident strip',
    rows: [
      { keys: ['←', '→'], does: 'Move the cursor by a second; with Shift by ten' },
      { keys: ['Home', 'End'], does: 'To the begin, to now' },
      { keys: ['Enter'], does: 'Rewind the page to the cursor, or show the range that is marked' },
      { keys: ['M'], does: 'Mark the begin of a range, or let it go' },
      { keys: ['+', '−'], does: 'Zoom in, out around the cursor' },
      { keys: ['Page up', 'Page down'], does: 'Half a range earlier, later' },
      { keys: ['P'], does: 'Replay the range, or pause' },
      { keys: ['[', ']'], does: 'Replay slower, faster' },
      { keys: ['Esc'], does: 'Back to live' },
    ],
  },
  {
    title: 'On the live map',
    rows: [
      { keys: ['/'], does: 'Find on the map' },
      { keys: ['Enter', 'Shift Enter'], does: 'To the next that was found, to the one before' },
      { keys: ['Enter'], does: 'On a cluster: open it' },
    ],
  },
  {
    title: 'In a waterfall',
    rows: [
      { keys: ['↓', 'J'], does: 'Next span' },
      { keys: ['↑', 'K'], does: 'Previous span' },
      { keys: ['→', '←'], does: 'Open, close, or to the parent' },
      { keys: ['Page up', 'Page down', 'Home', 'End'], does: 'By a page, to the ends' },
      { keys: ['Enter'], does: 'Open or close' },
    ],
  },
  {
    title: 'In a chart',
    rows: [
      { keys: ['←', '→'], does: 'Read the values; with Shift ten steps on' },
      { keys: ['Home', 'End'], does: 'First, last' },
      { keys: ['Esc'], does: 'Let the cursor go' },
    ],
  },
  {
    title: 'On buttons',
    rows: [
      { keys: ['Enter', 'Space'], does: 'Press; held for 0.6 s where it says Hold' },
      { keys: ['Esc'], does: 'Take back the first of two presses' },
    ],
  },
];

/** What of a key press counts. */
type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'> & {
  target?: unknown;
};

function isField(target: unknown): boolean {
  if (!(target instanceof Object && 'closest' in target && typeof target.closest === 'function'))
    return false;
  return target.closest('input, textarea, select, [contenteditable]') !== null;
}

/** Is this press the shortcut? Whether a character needs Shift is the keyboard's business. */
export function isShortcut(name: GlobalShortcutName, press: Press): boolean {
  const row: GlobalShortcut = GLOBAL_SHORTCUTS[name];
  const { key, ctrlKey, metaKey, altKey, shiftKey, target } = press;
  const fits = row.combinations.some(
    (wanted) =>
      key.toLowerCase() === wanted.key &&
      (ctrlKey || metaKey) === (wanted.command ?? false) &&
      (wanted.shift !== true || shiftKey),
  );
  return fits && !(altKey && row.inFields === false) && (row.inFields || !isField(target));
}
