import type { ReactNode } from 'react';
import { CommandLine } from './command-line.tsx';
import styles from './ui.module.css';

interface EmptyProps {
  title: string;
  /** What this page shows once there is something, and the next step. */
  children: ReactNode;
  /** Copyable. */
  command?: string;
  action?: ReactNode;
}

/** An empty state that teaches the next step. */
export function Empty({ title, children, command, action }: EmptyProps) {
  return (
    <div className={styles.empty}>
      <h2 style={{ fontSize: 15, lineHeight: '20px' }}>{title}</h2>
      <p>{children}</p>
      {command ? <CommandLine command={command} /> : null}
      {action}
    </div>
  );
}
