'use client';
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef } from 'react';
import type { DraftProblem } from '../../../live/editor-answers.ts';
import type { JsonSchema } from '../../../live/json-schema.ts';
import styles from '../editor.module.css';
import type { Names } from '../names.ts';
import { completed } from './completed.ts';
import { difference } from './difference.ts';
import { highlight, look } from './editor-look.ts';
import { markers, offsetOf } from './markers.ts';

/** What the page can ask of the text. */
export interface YamlHandle {
  /** Line and column from one. */
  goTo(line: number | null, column: number | null): void;
}

interface Props {
  text: string;
  onChange: (text: string) => void;
  schema: JsonSchema;
  names: Names;
  /** Of this very text; null while they are not known. */
  problems: readonly DraftProblem[] | null;
  ref: Ref<YamlHandle>;
}

/** Tab stays a way out of the field: indentation is by Ctrl/Cmd+] and [. */
const FIXED: Extension = [
  ...[lineNumbers(), lintGutter(), history(), drawSelection(), highlightActiveLine(), indentOnInput()],
  ...[bracketMatching(), closeBrackets(), yaml(), syntaxHighlighting(highlight), look],
  EditorView.lineWrapping,
  EditorState.tabSize.of(2),
  EditorView.contentAttributes.of({ 'aria-label': 'Experiment as YAML', spellcheck: 'false', tabindex: '0' }),
  keymap.of([
    ...[...closeBracketsKeymap, ...completionKeymap, ...lintKeymap],
    ...[...historyKeymap, ...defaultKeymap],
  ]),
];

/** The text of the experiment, completed from the schema, with what is wrong marked at its place. */
export function YamlPane({ text, onChange, schema, names, problems, ref }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef({ onChange, names, text });
  latest.current = { onChange, names, text };
  useEffect(() => {
    if (box.current === null) return;
    const extensions = [
      FIXED,
      autocompletion({ override: [(context) => completed(context, schema, latest.current.names)] }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) latest.current.onChange(update.state.doc.toString());
      }),
    ];
    const editor = new EditorView({ doc: latest.current.text, extensions, parent: box.current });
    view.current = editor;
    return () => {
      view.current = null;
      editor.destroy();
    };
  }, [schema]);
  // Before anything else can be typed, or an older text would overwrite it.
  useLayoutEffect(() => {
    const change = view.current ? difference(view.current.state.doc.toString(), text) : null;
    if (change) view.current?.dispatch({ changes: change, userEvent: 'input.form' });
  }, [text]);
  useEffect(() => {
    const editor = view.current;
    if (editor && problems)
      editor.dispatch(setDiagnostics(editor.state, markers(editor.state.doc, problems)));
  }, [problems]);
  useImperativeHandle(ref, () => ({
    goTo: (line, column) => {
      const editor = view.current;
      if (editor === null) return;
      const at = offsetOf(editor.state.doc, line, column);
      editor.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) });
      editor.focus();
    },
  }));
  return <div ref={box} className={styles.yaml} />;
}
