export { toChaosMesh } from './export/chaos-mesh.ts';
export { toIstio } from './export/istio.ts';
export type { Exported, ExportOptions, Manifest } from './export/manifest.ts';
export { FINDING_CODES, type Finding } from './findings.ts';
export { type ImportOptions, type IstioImport, importIstio, type Policy } from './istio/index.ts';
