import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatIssue } from '../../../errors/index.ts';
import { parseDevicesCsv } from '../../../loader/csv-inventory.ts';

function rows(text: string): string[][] {
  const parsed = parseDevicesCsv(text, 'd.csv');
  assert.deepEqual(parsed.issues.map(formatIssue), []);
  return parsed.rows.map(({ name, address, username, password }) => [name, address, username, password]);
}
const faults = (text: string): string[] => parseDevicesCsv(text, 'd.csv').issues.map(formatIssue);
const one = ['FMC', '10.0.0.1', 'admin', 'pw'];

describe('parseDevicesCsv', () => {
  it("reads Cisco's form, with or without its header", () => {
    assert.deepEqual(rows('device_name, IP, admin_username, admin_password\nFMC, 10.0.0.1, admin, pw\n'), [
      one,
    ]);
    assert.deepEqual(rows('FMC,10.0.0.1,admin,pw'), [one]);
    assert.deepEqual(
      rows(
        '\uFEFF DEVICE NAME ,ip,Admin-Username,ADMIN_PASSWORD,\r\n\r\n# note, with comma\r\n  # "\r\nFMC,10.0.0.1,admin,pw,,\r\n',
      ),
      [one],
    );
    assert.deepEqual(rows('IP,admin_username,admin_password,device_name\n10.0.0.1,admin,pw,FMC'), [one]);
  });

  it('takes blanks for the cell only inside quotes', () => {
    assert.deepEqual(rows('  FMC ,\t10.0.0.1 , admin,  p w  \n'), [['FMC', '10.0.0.1', 'admin', 'p w']]);
    assert.deepEqual(rows('"FMC, east" , 10.0.0.1, "admin", " p""w " '), [
      ['FMC, east', '10.0.0.1', 'admin', ' p"w '],
    ]);
    assert.deepEqual(rows('FMC,10.0.0.1,admin,pa"ss#1'), [['FMC', '10.0.0.1', 'admin', 'pa"ss#1']]);
    assert.deepEqual(rows('FMC,10.0.0.1,admin,#x'), [['FMC', '10.0.0.1', 'admin', '#x']]);
  });

  it('takes IPv4, IPv6 and host names', () => {
    for (const address of ['10.0.0.1', '2001:db8::1', 'fe80::1%eth0', 'ftd-1.example.net', 'ftd_1']) {
      assert.equal(rows(`F,${address},u,p`)[0]?.[1], address);
    }
  });

  it('gives back any name and password that is quoted', () => {
    const cell = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/.test(text));
    const name = cell.filter((text) => text.trim() !== '');
    const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(name, cell), { minLength: 1, maxLength: 5 }),
        fc.constantFrom(',', ', ', ' ,\t'),
        fc.constantFrom('\n', '\r\n'),
        (pairs, comma, end) => {
          const text = pairs
            .map(([n, p], i) => [quote(n), `10.0.0.${i}`, 'u', quote(p)].join(comma))
            .join(end);
          assert.deepEqual(
            rows(text),
            pairs.map(([n, p], i) => [n, `10.0.0.${i}`, 'u', p]),
          );
        },
      ),
    );
  });

  it('gives back any plain cell without quotes, with the blanks around it cut', () => {
    const plain = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !/[",#\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]|^\s|\s$/.test(text));
    fc.assert(
      fc.property(plain, plain, (n, p) =>
        assert.deepEqual(rows(`x,1.1.1.1,u,p\n ${n} , 10.0.0.1,u, ${p} `)[1], [n, '10.0.0.1', 'u', p]),
      ),
    );
  });

  it('reports every fault with line and column, and quotes no cell', () => {
    const text = `device_name, IP, admin_username, admin_password
Gerät, 10.0.0.256, admin, hunter2
,10.0.0.1, , hunter2
a, 10.0.0.2, admin
b, 10.0.0.3, admin, hunter2, hunter3
c, [10.0.0.4]:22, admin, "hunter2
d;10.0.0.5;admin;hunter2
e, 10.0.0.6, admin, hunt\u0007er2
f, fe80::xyz, admin, ""
`;
    assert.deepEqual(faults(text), [
      'd.csv:2:8: ip: not an IPv4 address',
      'd.csv:3:1: device_name is empty',
      'd.csv:3:12: admin_username is empty',
      'd.csv:4:1: 3 columns, 4 are expected (device_name, IP, admin_username, admin_password)',
      'd.csv:5:30: 5 columns, 4 are expected (a name or a password with a comma in it stands in quotes)',
      'd.csv:6:26: the quotes of this cell do not close where the cell ends (a quote inside a quoted cell is doubled: "pa""ss")',
      'd.csv:7:1: one column, 4 are expected (the columns are separated by commas, not semicolons)',
      'd.csv:8:21: admin_password holds a control character',
      'd.csv:9:4: ip: not an IPv6 address',
      'd.csv:9:22: admin_password is empty',
    ]);
    assert.deepEqual(faults('x, [10.0.0.4]:2222, u, p').length, 1);
    assert.deepEqual(faults('d\t10.0.0.5\tadmin\thunter2'), [
      'd.csv:1:1: one column, 4 are expected (the columns are separated by commas, not tabs)',
    ]);
    assert.deepEqual(faults('# nothing\n\n'), ['d.csv: the inventory has no device']);
    assert.deepEqual(faults('device_name,IP,admin_username,admin_password\n'), [
      'd.csv: the inventory has no device',
    ]);
  });
});
