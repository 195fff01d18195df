//! Just enough HTTP/2 to open streams that nobody ends.

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS: u8 = 4;
const HEADERS: u8 = 1;
const END_HEADERS: u8 = 4;
/// `:method: POST` and `:scheme: http` of HPACK's static table.
const POST: [u8; 2] = [0x83, 0x86];

/// What a connection begins with.
pub fn begin() -> Vec<u8> {
    let mut bytes = PREFACE.to_vec();
    frame(&mut bytes, SETTINGS, 0, 0, &[]);
    bytes
}

/// Opens the stream `number` (from 0) with a request whose body does not come. The first one teaches the peer the headers;
/// the others name them by their place in its table, a byte each.
pub fn open(bytes: &mut Vec<u8>, number: u32, path: &str) {
    let mut block = POST.to_vec();
    if number == 0 {
        // Literals that are kept: the names :path, :authority, content-length and content-type of the static table.
        for (name, value) in [(4, path), (1, "bench"), (28, "10000"), (31, "application/json")] {
            block.push(0x40 | name);
            block.push(u8::try_from(value.len()).unwrap_or_default());
            block.extend_from_slice(value.as_bytes());
        }
    } else {
        // The newest entry is 62.
        block.extend([0x80 | 65, 0x80 | 64, 0x80 | 63, 0x80 | 62]);
    }
    frame(bytes, HEADERS, END_HEADERS, 2 * number + 1, &block);
}

fn frame(bytes: &mut Vec<u8>, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
    let length = u32::try_from(payload.len()).unwrap_or_default();
    bytes.extend_from_slice(&length.to_be_bytes()[1..]);
    bytes.extend([kind, flags]);
    bytes.extend_from_slice(&stream.to_be_bytes());
    bytes.extend_from_slice(payload);
}
