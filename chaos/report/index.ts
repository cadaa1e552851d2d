export { renderJson } from './json.ts';
export { renderJUnit } from './junit.ts';
export { renderMarkdown } from './markdown.ts';
export { eventText, figureText, MEANING, offsetText } from './words.ts';
