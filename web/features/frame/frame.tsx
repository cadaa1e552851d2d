'use client';
import type { ReactNode } from 'react';
import { Boundary } from '../../ui/boundary.tsx';
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
        <Boundary what="The rail">
          <Rail />
        </Boundary>
        <TopBar />
        <main id="main" tabIndex={-1} className={styles.main}>
          <Boundary what="The line of protections taken away">
            <ProtectionLine />
          </Boundary>
          <div className={styles.content}>{children}</div>
          <Boundary what="The line of the halt">
            <HaltBanner />
          </Boundary>
        </main>
        <Boundary what="The incident strip">{strip}</Boundary>
      </div>
      <Boundary what="The command palette">
        <CommandPalette />
      </Boundary>
      <ShortcutsKey />
    </StopChaosProvider>
  );
}
