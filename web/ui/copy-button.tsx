'use client';
import { type ComponentProps, useState } from 'react';
import { Button } from './button.tsx';

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard without a secure origin; the text stays selectable.
    return false;
  }
}

interface Props extends Pick<ComponentProps<typeof Button>, 'size' | 'variant'> {
  text: string;
  /** What is copied, for those who do not see it beside the button. */
  name: string;
  label?: string;
}

/** Copies a text and says so until it loses focus. */
export function CopyButton({ text, name, label = 'Copy', size = 'sm', variant = 'outline' }: Props) {
  const [said, setSaid] = useState(label);
  return (
    <Button
      size={size}
      variant={variant}
      onClick={async () => setSaid((await copy(text)) ? 'Copied' : 'Select it')}
      onBlur={() => setSaid(label)}
      aria-label={`${said}: ${name}`}
    >
      {said}
    </Button>
  );
}
