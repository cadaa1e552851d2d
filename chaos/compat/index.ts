export { runCompat } from './command.ts';
export type { Log } from './log.ts';
export type { CompatWords } from './options.ts';
export { httpProvider } from './providers/http.ts';
export { processProvider } from './providers/process.ts';
export { REMOTE_TYPES, remoteProviders } from './providers/remote.ts';
export { PYTHON_MODULES } from './python/modules.ts';
export { pythonProvider } from './python/provider.ts';
