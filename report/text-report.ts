export function textReport(): string { return ''; }
