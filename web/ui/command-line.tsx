'use client';
import { useState } from 'react';
import { Button } from './button.tsx';
import styles from './ui.module.css';

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard without a secure origin; the text stays selectable.
    return false;
  }
}

/** A command to copy. */
export function CommandLine({ command, label = 'Copy' }: { command: string; label?: string }) {
  const [said, setSaid] = useState(label);
  return (
    <div className={styles.command}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long command scrolls, so the keyboard must reach it */}
      <code tabIndex={0}>{command}</code>
      <Button
        size="sm"
        variant="quiet"
        onClick={async () => setSaid((await copy(command)) ? 'Copied' : 'Select it')}
        onBlur={() => setSaid(label)}
        aria-label={`${said}: ${command}`}
      >
        {said}
      </Button>
    </div>
  );
}
