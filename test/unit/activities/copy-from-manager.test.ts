import assert from 'node:assert/strict';
import { csvCell } from '../../../activities/renewal/copy-from-manager.ts';

describe('a cell of the CSV for the FMC', () => {
  it('is quoted only where a reader would take it apart', () => {
    assert.equal(csvCell('Lab-Passw0rd!'), 'Lab-Passw0rd!');
    assert.equal(csvCell('a,b'), '"a,b"');
    assert.equal(csvCell('say "x"'), '"say ""x"""');
    assert.equal(csvCell(' x'), '" x"');
  });
});
