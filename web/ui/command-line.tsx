import { CopyButton } from './copy-button.tsx';
import styles from './ui.module.css';

/** A command to copy. */
export function CommandLine({ command }: { command: string }) {
  return (
    <div className={styles.command}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long command scrolls, so the keyboard must reach it */}
      <code tabIndex={0}>{command}</code>
      <CopyButton text={command} name={command} variant="quiet" />
    </div>
  );
}
