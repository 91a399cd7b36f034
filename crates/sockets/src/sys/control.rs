//! Control messages, which go with the data of a message (`cmsg(3)`).

/// A control message, with its data in native bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ControlMessage {
    /// The level, `SOL_SOCKET` and so on.
    pub level: i32,
    /// The type of that level, `SCM_CREDENTIALS` and so on.
    pub kind: i32,
    /// The data.
    pub data: Vec<u8>,
}

const HEADER: usize = size_of::<libc::cmsghdr>();
const LENGTH: usize = size_of::<usize>();
const NUMBER: usize = size_of::<i32>();

// The kernel's `struct cmsghdr`: a length, a level and a type.
const _: () = assert!(HEADER == LENGTH + 2 * NUMBER);

/// The next place at which a header can start.
const fn align(length: usize) -> usize {
    length.next_multiple_of(LENGTH)
}

/// Appends a control message to a control buffer.
pub(crate) fn append(buffer: &mut Vec<u8>, level: i32, kind: i32, data: &[u8]) {
    buffer.extend_from_slice(&(HEADER + data.len()).to_ne_bytes());
    buffer.extend_from_slice(&level.to_ne_bytes());
    buffer.extend_from_slice(&kind.to_ne_bytes());
    buffer.extend_from_slice(data);
    buffer.resize(align(buffer.len()), 0);
}

/// The length of a control buffer for one message of `length` bytes and no more.
pub(crate) const fn room_for(length: usize) -> usize {
    HEADER + length
}

/// Calls `each` with level, type and data of each message in a control buffer.
pub(crate) fn for_each(mut buffer: &[u8], mut each: impl FnMut(i32, i32, &[u8])) {
    while let Some((header, _)) = buffer.split_first_chunk::<HEADER>() {
        let (length, numbers) = header.split_at(LENGTH);
        let length = usize::from_ne_bytes(length.try_into().unwrap_or_default());
        let (level, kind) = numbers.split_at(NUMBER);
        let number = |bytes: &[u8]| i32::from_ne_bytes(bytes.try_into().unwrap_or_default());
        // What was cut is as long as the buffer says.
        let end = length.min(buffer.len());
        let Some(data) = buffer.get(HEADER..end) else {
            return;
        };
        each(number(level), number(kind), data);
        buffer = buffer.get(align(end)..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(buffer: &[u8]) -> Vec<ControlMessage> {
        let mut messages = Vec::new();
        for_each(buffer, |level, kind, data| {
            messages.push(ControlMessage { level, kind, data: data.to_vec() });
        });
        messages
    }

    #[test]
    fn what_is_appended_is_found() {
        let mut buffer = Vec::new();
        append(&mut buffer, 1, 2, b"abc");
        append(&mut buffer, 3, 4, b"");
        append(&mut buffer, 5, 6, &[7; 8]);
        let found = parse(&buffer);
        assert_eq!(found.len(), 3);
        assert_eq!(found[0], ControlMessage { level: 1, kind: 2, data: b"abc".to_vec() });
        assert_eq!(found[1], ControlMessage { level: 3, kind: 4, data: Vec::new() });
        assert_eq!(found[2].data, [7; 8]);
    }

    #[test]
    fn a_buffer_cut_anywhere_is_read_to_its_end() {
        let mut buffer = Vec::new();
        append(&mut buffer, 1, 2, b"abcdefghi");
        append(&mut buffer, 3, 4, b"xyz");
        for length in 0..buffer.len() {
            for message in parse(&buffer[..length]) {
                assert!(message.data.len() <= 9);
            }
        }
    }

    #[test]
    fn a_wrong_length_ends_the_buffer() {
        let mut buffer = vec![0; HEADER * 2];
        assert_eq!(parse(&buffer), []);
        buffer[..LENGTH].copy_from_slice(&usize::MAX.to_ne_bytes());
        assert_eq!(parse(&buffer).len(), 1);
    }
}
