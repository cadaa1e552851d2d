export { toChaosMesh } from './export/chaos-mesh/index.ts';
export { toIstio } from './export/istio.ts';
export type { Exported, ExportOptions } from './export/manifest.ts';
export type { Finding } from './findings.ts';
export { type IstioImport, importIstio, type Policy } from './istio/index.ts';
