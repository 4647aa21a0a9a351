/**
 * What an action does to a box. Retry, place in a plan, need of approval and behaviour after an unknown outcome follow from
 * this alone (see ARCHITECTURE.md).
 */
export type Effect = 'read' | 'reversible' | 'irreversible';
