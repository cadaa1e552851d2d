'use client';
import { createTheme, MantineProvider, type MantineThemeOverride } from '@mantine/core';
import { type ReactNode, useCallback, useMemo, useSyncExternalStore } from 'react';

export type ThemeChoice = 'dark' | 'light' | 'system';
export type ThemeName = 'dark' | 'light';
const STORAGE_KEY = 'stormglass.theme';

/** Runs before the first paint, so that a reload never flashes the other theme. */
export const THEME_SCRIPT = `(function(){var c='dark';try{c=localStorage.getItem('${STORAGE_KEY}')||'dark'}catch(e){}
var t=c==='system'?(matchMedia('(prefers-color-scheme: light)').matches?'light':'dark'):c;
var d=document.documentElement;d.dataset.theme=t;d.dataset.mantineColorScheme=t;})()`;

const listeners = new Set<() => void>();
/** What was chosen on this page: all there is where storage is forbidden. */
let chosen: ThemeChoice | null = null;

function readChoice(): ThemeChoice {
  if (chosen) return chosen;
  try {
    const stored = window.localStorage.getItem(STORAGE_KEY);
    return stored === 'light' || stored === 'system' ? stored : 'dark';
  } catch {
    // Storage may be forbidden; the default theme is no loss.
    return 'dark';
  }
}

function resolve(choice: ThemeChoice): ThemeName {
  if (choice !== 'system') return choice;
  return window.matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

function subscribe(listener: () => void): () => void {
  const media = window.matchMedia('(prefers-color-scheme: light)');
  // The system has changed: our tokens follow it as Mantine does.
  const follow = () => {
    apply(resolve(readChoice()));
    listener();
  };
  listeners.add(listener);
  media.addEventListener('change', follow);
  return () => {
    listeners.delete(listener);
    media.removeEventListener('change', follow);
  };
}

function apply(theme: ThemeName): void {
  document.documentElement.dataset.theme = theme;
  document.documentElement.dataset.mantineColorScheme = theme;
}

/** The chosen and the shown theme; `choose` remembers it for this browser. */
export function useTheme(): { choice: ThemeChoice; theme: ThemeName; choose(next: ThemeChoice): void } {
  const choice = useSyncExternalStore<ThemeChoice>(subscribe, readChoice, () => 'dark');
  const theme = useSyncExternalStore<ThemeName>(
    subscribe,
    () => resolve(readChoice()),
    () => 'dark',
  );
  const choose = useCallback((next: ThemeChoice) => {
    chosen = next;
    try {
      window.localStorage.setItem(STORAGE_KEY, next);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
    apply(resolve(next));
    for (const listener of [...listeners]) listener();
  }, []);
  return { choice, theme, choose };
}

const INK: [string, string, string, string, string, string, string, string, string, string] = [
  '#EDF1F5',
  '#DCE3EA',
  '#C6D0DA',
  '#AEB8C4',
  '#8593A2',
  '#5B6879',
  '#414C58',
  '#2B333D',
  '#1E242B',
  '#12171D',
];

const theme: MantineThemeOverride = createTheme({
  fontFamily: 'var(--sans)',
  fontFamilyMonospace: 'var(--mono)',
  primaryColor: 'ink',
  primaryShade: { light: 9, dark: 0 },
  colors: { ink: INK },
  defaultRadius: 6,
  fontSizes: { xs: '11px', sm: '12px', md: '12px', lg: '13px', xl: '15px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
});

/** Mantine's variables follow our tokens, so that both speak one language in both themes. */
function cssVariables() {
  const shared = {
    '--mantine-color-body': 'var(--bg0)',
    '--mantine-color-text': 'var(--ink1)',
    '--mantine-color-dimmed': 'var(--ink3)',
    '--mantine-color-default': 'var(--bg2)',
    '--mantine-color-default-hover': 'var(--bg3)',
    '--mantine-color-default-color': 'var(--ink1)',
    '--mantine-color-default-border': 'var(--line2)',
    '--mantine-color-placeholder': 'var(--ink3)',
    '--mantine-color-error': 'var(--failing)',
  };
  return { variables: {}, light: shared, dark: shared };
}

export function ThemeProvider({ children }: { children: ReactNode }) {
  const { theme: name } = useTheme();
  const resolver = useMemo(() => cssVariables, []);
  return (
    <MantineProvider theme={theme} forceColorScheme={name} cssVariablesResolver={resolver}>
      {children}
    </MantineProvider>
  );
}
