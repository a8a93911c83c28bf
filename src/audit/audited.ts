// What an audit must know of a kind of stream is what its projection says.
export type { Projected as Audited, ProjectedTable as AuditedTable, Row } from '../projection/projected.js';
