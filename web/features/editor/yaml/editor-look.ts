import { HighlightStyle } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** Hue is state, so code has none: keys, values and comments differ by ink and weight. */
export const highlight = HighlightStyle.define([
  { tag: tags.definition(tags.propertyName), color: 'var(--ink1)', fontWeight: '600' },
  { tag: tags.propertyName, color: 'var(--ink1)', fontWeight: '600' },
  { tag: [tags.string, tags.content, tags.attributeValue], color: 'var(--ink2)' },
  { tag: [tags.comment, tags.lineComment], color: 'var(--ink3)', fontStyle: 'italic' },
  { tag: [tags.punctuation, tags.separator, tags.bracket], color: 'var(--ink3)' },
  { tag: [tags.labelName, tags.typeName], color: 'var(--ink1)', textDecoration: 'underline dotted' },
]);

export const look = EditorView.theme({
  '&': { height: '100%', background: 'var(--bg0)', color: 'var(--ink2)', fontSize: '12px' },
  '&.cm-focused': { outline: 'none', boxShadow: 'inset 0 0 0 2px var(--ink1)' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '18px', fontVariantLigatures: 'none' },
  '.cm-content': { caretColor: 'var(--ink1)', padding: '8px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--ink1)' },
  '.cm-gutters': { background: 'var(--bg0)', color: 'var(--ink3)', borderRight: '1px solid var(--line1)' },
  '.cm-activeLine, .cm-activeLineGutter': { background: 'var(--bg2)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    background: 'var(--bg3)',
  },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    background: 'none',
    outline: '1px solid var(--line3)',
  },
  '.cm-tooltip': {
    background: 'var(--float)',
    color: 'var(--ink1)',
    border: '0',
    borderRadius: 'var(--r-control)',
    boxShadow: 'var(--shadow)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '16em' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { background: 'var(--ink1)', color: 'var(--bg1)' },
  '.cm-completionDetail': { fontStyle: 'normal', color: 'var(--ink3)', marginLeft: '12px' },
  'li[aria-selected] .cm-completionDetail': { color: 'inherit' },
  '.cm-completionInfo': { fontFamily: 'var(--sans)', padding: '6px 10px', maxWidth: '280px' },
  '.cm-diagnostic': { fontFamily: 'var(--sans)', padding: '6px 10px', maxWidth: '420px' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--failing)' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--failing) 1px',
    textUnderlineOffset: '3px',
  },
  '.cm-panels': { background: 'var(--bg1)', color: 'var(--ink1)' },
});
