export { type Imported, type ImportOptions, importRecording, type Speed } from './import.ts';
