'use client';
import { Popover } from '@mantine/core';
import { type ReactNode, useId, useState } from 'react';
import { Button, type ButtonVariant } from './button.tsx';
import uiStyles from './ui.module.css';

/** What a person reads before something that hurts is done. */
export interface Consequences {
  /** What it hits, in one sentence. */
  hits: ReactNode;
  /** How it is undone, or that it is not. */
  undo: ReactNode;
  /** The deed itself, as its button says it: `Pause notifications.email`. */
  deed: string;
}

interface ConfirmingProps extends Consequences {
  asked: boolean;
  /** Nothing was done. */
  onCancel: () => void;
  onConfirm: () => void;
  /** Stands where the question opens. */
  children: ReactNode;
}

/** Asks beside what was pressed, and nothing happens before the answer; the keyboard begins at the harmless one. */
export function Confirming({ hits, undo, deed, asked, onCancel, onConfirm, children }: ConfirmingProps) {
  const id = useId();
  return (
    <Popover
      opened={asked}
      onChange={(open) => {
        if (!open) onCancel();
      }}
      position="bottom-end"
      width={300}
      trapFocus
      returnFocus
      // What was asked stays, also when the page moves below it.
      hideDetached={false}
      withRoles={false}
    >
      <Popover.Target>{children}</Popover.Target>
      <Popover.Dropdown
        className={uiStyles.float}
        role="alertdialog"
        aria-label={`${deed}?`}
        aria-describedby={id}
      >
        <div id={id}>
          <p>{hits}</p>
          <p className="ink2 cap" style={{ marginTop: 4 }}>
            {undo}
          </p>
        </div>
        <div className="row" style={{ marginTop: 10, justifyContent: 'flex-end' }}>
          <Button size="sm" data-autofocus onClick={onCancel}>
            Cancel
          </Button>
          <Button size="sm" variant="danger" onClick={onConfirm}>
            {deed}
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

interface AskButtonProps extends Consequences {
  children: ReactNode;
  onConfirm: () => void;
  variant?: ButtonVariant;
  size?: 'md' | 'sm';
  disabled?: boolean;
  /** Why it cannot be pressed, or more about it. */
  title?: string | undefined;
}

/** A button that asks before it does something. */
export function AskButton({ children, onConfirm, disabled, title, variant, size, ...words }: AskButtonProps) {
  const [asked, setAsked] = useState(false);
  return (
    <Confirming
      {...words}
      asked={asked && disabled !== true}
      onCancel={() => setAsked(false)}
      onConfirm={() => {
        setAsked(false);
        onConfirm();
      }}
    >
      <Button
        {...(variant ? { variant } : {})}
        {...(size ? { size } : {})}
        disabled={disabled}
        title={title}
        aria-haspopup="dialog"
        aria-expanded={asked}
        onClick={() => setAsked(!asked)}
      >
        {children}
      </Button>
    </Confirming>
  );
}
