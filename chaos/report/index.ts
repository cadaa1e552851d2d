export { GAMEDAY_FORMATS, type GameDayFormat, renderGameDay } from './gameday/index.ts';
export { renderHtml } from './html/page.ts';
export { renderJson } from './json.ts';
export { renderJUnit } from './junit.ts';
export { renderMarkdown } from './markdown.ts';
export { FORMATS, type Format, formatOf, render } from './render.ts';
export { eventText, figureText, MEANING, offsetText } from './words.ts';
