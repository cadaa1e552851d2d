'use client';
import type { ReactNode } from 'react';
import { CommandPalette } from './command-palette.tsx';
import styles from './frame.module.css';
import { HaltBanner } from './halt-banner.tsx';
import { ProtectionLine } from './protection-line.tsx';
import { Rail } from './rail.tsx';
import { ShortcutsKey } from './shortcuts-key.tsx';
import { StopChaosProvider } from './stop-chaos.tsx';
import { TopBar } from './top-bar.tsx';

/** What stands round every page: rail, top bar, strip; the page fills the rest and scrolls inside itself. */
export function Frame({ strip, children }: { strip: ReactNode; children: ReactNode }) {
  return (
    <StopChaosProvider>
      <a href="#main" className={styles.skip}>
        Skip to the page
      </a>
      <div className={styles.app}>
        <Rail />
        <TopBar />
        <main id="main" tabIndex={-1} className={styles.main}>
          <ProtectionLine />
          <div className={styles.content}>{children}</div>
          <HaltBanner />
        </main>
        {strip}
      </div>
      <CommandPalette />
      <ShortcutsKey />
    </StopChaosProvider>
  );
}
