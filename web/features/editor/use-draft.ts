'use client';
import { useEffect, useRef, useState } from 'react';
import { clock } from '../../ui/format.ts';
import { drafts } from './draft-store.ts';

export interface Draft {
  text: string;
  change: (text: string) => void;
  /** It is no longer what was opened. */
  changed: boolean;
  startAgain: () => void;
  /** Where it is kept. */
  says: string;
}

/** The text that is edited, kept in this browser from the first change on. `original` is what was opened. */
export function useDraft(name: string, original: string): Draft {
  const [kept] = useState(() => drafts.load(name));
  const [text, setText] = useState(kept?.text ?? original);
  const [says, setSays] = useState(kept ? `Your draft of ${clock(kept.at)}, kept in this browser` : '');
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    if (text === original) {
      drafts.drop(name);
      setSays('');
      return;
    }
    const at = Date.now();
    setSays(
      drafts.save(name, { text, at })
        ? `Kept in this browser at ${clock(at)}`
        : 'Not kept: this browser keeps nothing. Save it as a file',
    );
  }, [name, original, text]);
  const startAgain = () => setText(original);
  return { text, change: setText, changed: text !== original, startAgain, says };
}
