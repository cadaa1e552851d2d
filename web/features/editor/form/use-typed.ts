'use client';
import { useState } from 'react';

/**
 * What somebody types, which may not mean anything yet: shown while the field has the focus, handed on as soon as it
 * means something, and given up for what the document says when the field is left.
 */
export function useTyped(shown: string, accept: (text: string) => void) {
  const [typed, setTyped] = useState<string | null>(null);
  return {
    value: typed ?? shown,
    onChange: (event: { target: { value: string } }) => {
      setTyped(event.target.value);
      accept(event.target.value);
    },
    onBlur: () => setTyped(null),
  };
}
