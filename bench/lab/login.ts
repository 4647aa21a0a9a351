/** The one login of all boxes. */
export const user = 'admin';
export const password = 'Bench-Pass-1';
