import { describe, expect, it } from 'vitest';
import { GLOBAL_SHORTCUTS, isShortcut, SHORTCUT_GROUPS } from './shortcuts.ts';

const NO_KEYS = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
const press = (key: string, more: Partial<typeof NO_KEYS> = {}) => ({ ...NO_KEYS, ...more, key });

describe('a press', () => {
  it('stops all chaos with Shift Esc, Ctrl . and Cmd .', () => {
    for (const each of [
      press('Escape', { shiftKey: true }),
      press('.', { ctrlKey: true }),
      press('.', { metaKey: true }),
    ])
      expect(isShortcut('stop', each)).toBe(true);
  });

  it('does nothing of that without its second key: Esc and a full stop are for pages', () => {
    expect(isShortcut('stop', press('Escape'))).toBe(false);
    expect(isShortcut('stop', press('.'))).toBe(false);
    expect(isShortcut('palette', press('k'))).toBe(false);
  });

  it('opens the palette on either system, whether or not caps lock is on', () => {
    expect(isShortcut('palette', press('K', { ctrlKey: true }))).toBe(true);
    expect(isShortcut('palette', press('k', { metaKey: true }))).toBe(true);
  });

  it('opens the sheet with a question mark, wherever the keyboard has it', () => {
    expect(isShortcut('sheet', press('?', { shiftKey: true }))).toBe(true);
    expect(isShortcut('sheet', press('?'))).toBe(true);
    expect(isShortcut('sheet', press('?', { ctrlKey: true }))).toBe(false);
  });
});

it('the sheet says each key of a place once, and every global one', () => {
  for (const { title, rows } of SHORTCUT_GROUPS) {
    const keys = rows.map((row) => row.keys.join());
    expect(new Set(keys).size, title).toBe(keys.length);
  }
  expect(SHORTCUT_GROUPS[0]?.rows).toEqual(Object.values(GLOBAL_SHORTCUTS));
});
