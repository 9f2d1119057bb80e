//! Object headers of an HDF5 file: which objects a group links to, every
//! attribute with its bytes, and the texts that both keep in the global heap.
//!
//! rust-hdf5 reads string attributes of groups but has no call for numeric ones,
//! and BSB keeps its block tables there. It follows links, but does not say which
//! one leads nowhere. So this file walks the headers itself with the decoders that
//! rust-hdf5 makes public. It understands both
//! generations: version-1 headers with symbol tables (what h5py writes unless
//! told otherwise) and version-2 headers with link messages or dense storage.
//!
//! Every read is bounded by the length of the file and every walk by a count or
//! by the set of addresses seen, so that a damaged file ends in an error.
//!
//! Source: HDF5 File Format Specification 3.0, sections III.A, III.B, IV.A.

use crate::error::ensure;
use rust_hdf5::format::messages::attr_info::AttributeInfoMessage;
use rust_hdf5::format::messages::attribute::AttributeEntry;
use rust_hdf5::format::messages::link::{LinkMessage, LinkTarget};
use rust_hdf5::format::messages::link_info::LinkInfoMessage;
use rust_hdf5::format::messages::{self, MSG_FLAG_SHARED};
use rust_hdf5::format::object_header::{OCHK_SIGNATURE, OHDR_SIGNATURE, ObjectHeader, ObjectHeaderMessage};
use rust_hdf5::format::superblock::{
    SuperblockV0V1, SuperblockV2V3, SymbolTableCache, detect_superblock_version,
};
use rust_hdf5::format::{
    BlockReader, FormatContext, FormatError, FormatResult, btree_v1::BTreeV1Node,
    dense_attr::read_dense_attributes, dense_link::read_dense_links, global_heap,
    local_heap::LocalHeapHeader, local_heap::local_heap_get_string, symbol_table::SymbolTableNode,
};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// First read of an object header; most fit.
const HEADER_PROBE: usize = 1024;
/// Blocks of one header, nodes of one group: more means a damaged file.
const MAX_BLOCKS: usize = 65_536;
/// First bytes of an HDF5 file, behind its user block.
const SIGNATURE: [u8; 8] = *b"\x89HDF\r\n\x1a\n";
/// Least length of a user block; others are twice, four times, ... as long.
const LEAST_USER_BLOCK: u64 = 512;

fn invalid(what: impl Into<String>) -> FormatError {
    FormatError::InvalidData(what.into())
}

struct Bytes {
    file: File,
    len: u64,
    base: u64,
}

impl Bytes {
    /// Up to `len` bytes from `address`, fewer at the end of the file.
    fn at(&mut self, address: u64, len: usize) -> FormatResult<Vec<u8>> {
        let end = self.len;
        let start = address.checked_add(self.base).filter(|&start| start < end).ok_or_else(|| {
            invalid(format!("address {address} lies beyond the end of the file ({end} bytes)"))
        })?;
        let len = (len as u64).min(self.len - start);
        let mut buffer = vec![0; len as usize];
        let read = self.file.seek(SeekFrom::Start(start)).and_then(|_| self.file.read_exact(&mut buffer));
        read.map_err(|e| invalid(format!("cannot read {len} bytes at {start}: {e}")))?;
        Ok(buffer)
    }
}

impl BlockReader for Bytes {
    fn read_block(&mut self, offset: u64, len: usize) -> FormatResult<Vec<u8>> {
        self.at(offset, len)
    }
}

/// The target of a link of a group.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Link {
    /// The address of an object's header.
    Hard(u64),
    /// A path, from the root or from the group of the link.
    Soft(String),
    /// A path in another file.
    External { file: String, path: String },
    /// A class that a program has defined for itself.
    Other(u8),
}

/// The members of a group by name.
pub(super) type Links = BTreeMap<String, Link>;

pub(super) struct Headers {
    bytes: Bytes,
    context: FormatContext,
    /// Capacity of a symbol-table leaf and of an inner node.
    capacity: (u16, u16),
    /// Address of the root group's header.
    pub root: u64,
}

/// Position of the signature of an HDF5 file, bytes: 0, or behind a user block of 512, 1024, 2048, ... bytes.
pub(super) fn signature(file: &mut File, len: u64) -> std::io::Result<Option<u64>> {
    let mut at = 0;
    while at + SIGNATURE.len() as u64 <= len {
        let mut start = [0; SIGNATURE.len()];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut start)?;
        if start == SIGNATURE {
            return Ok(Some(at));
        }
        at = if at == 0 { LEAST_USER_BLOCK } else { at.saturating_mul(2) };
    }
    Ok(None)
}

impl Headers {
    pub fn open(mut file: File, len: u64) -> FormatResult<Self> {
        let needed = SIGNATURE.len();
        ensure(len >= needed as u64, || FormatError::BufferTooShort { needed, available: len as usize })?;
        let base = signature(&mut file, len).map_err(|e| invalid(e.to_string()))?;
        let base = base.ok_or(FormatError::InvalidSignature)?;
        let mut bytes = Bytes { file, len, base };
        let start = bytes.at(0, 256)?;
        let context = |sizeof_addr: u8, sizeof_size: u8| FormatContext { sizeof_addr, sizeof_size };
        let (context, capacity, told_base, root, end) = if detect_superblock_version(&start)? < 2 {
            let s = SuperblockV0V1::decode(&start)?;
            let capacity = (s.sym_leaf_k.saturating_mul(2), s.btree_internal_k.saturating_mul(2));
            let (context, root) = (context(s.sizeof_offsets, s.sizeof_lengths), s.root_symbol_table_entry);
            (context, capacity, s.base_address, root.obj_header_addr, s.end_of_file_address)
        } else {
            let s = SuperblockV2V3::decode(&start)?;
            let (context, root) =
                (context(s.sizeof_offsets, s.sizeof_lengths), s.root_group_object_header_address);
            (context, (8, 32), s.base_address, root, s.end_of_file_address)
        };
        // A user block that was put in front later moves all; the superblock tells the earlier place.
        let end = end.saturating_sub(told_base).saturating_add(base);
        // A cut may fall into unused space, where no read would notice it.
        ensure(end <= len, || invalid(format!("it has {len} of {end} bytes")))?;
        Ok(Self { bytes, context, capacity, root })
    }

    /// The members of a group, as they are linked.
    pub fn links(&mut self, address: u64) -> FormatResult<Links> {
        let mut links = Links::new();
        for message in self.messages(address)? {
            match message.msg_type {
                messages::MSG_SYMBOL_TABLE => self.symbol_table(&message.data, &mut links)?,
                messages::MSG_LINK => {
                    add_link(LinkMessage::decode(&message.data, &self.context)?.0, &mut links)
                }
                messages::MSG_LINK_INFO => {
                    let info = LinkInfoMessage::decode(&message.data, &self.context)?.0;
                    for link in read_dense_links(&info, &self.context, &mut self.bytes)? {
                        add_link(link, &mut links);
                    }
                }
                _ => {}
            }
        }
        Ok(links)
    }

    /// The attributes of an object by name; one that cannot be decoded keeps its name.
    pub fn attributes(&mut self, address: u64) -> FormatResult<BTreeMap<String, AttributeEntry>> {
        let mut attributes = BTreeMap::new();
        for message in self.messages(address)? {
            let found = match message.msg_type {
                messages::MSG_ATTRIBUTE if message.flags & MSG_FLAG_SHARED != 0 => {
                    return Err(FormatError::UnsupportedFeature("attributes in shared storage".into()));
                }
                messages::MSG_ATTRIBUTE => vec![AttributeEntry::parse(&message.data, &self.context)?],
                messages::MSG_ATTR_INFO => {
                    let info = AttributeInfoMessage::decode(&message.data, &self.context)?.0;
                    read_dense_attributes(&info, &self.context, &mut self.bytes)?
                }
                _ => continue,
            };
            attributes.extend(found.into_iter().map(|a| (a.name().to_string(), a)));
        }
        Ok(attributes)
    }

    /// The items of variable length behind references to the global heap, as bytes. They and
    /// the heaps they are in have at most twice as many bytes as the file, or 16 MiB: an object that many items refer
    /// to is no reason to take more memory.
    pub fn items(&mut self, references: &[u8]) -> FormatResult<Vec<Vec<u8>>> {
        let most = self.bytes.len.saturating_mul(2).max(16 << 20);
        let mut heaps: HashMap<u64, HashMap<u16, Vec<u8>>> = HashMap::new();
        let (mut items, mut total) = (Vec::new(), 0u64);
        for reference in references.chunks_exact(global_heap::vlen_reference_size(&self.context)) {
            let (len, address, index) = global_heap::decode_vlen_reference(reference, &self.context)?;
            // An item that was never written refers to nothing.
            if len == 0 || address == 0 {
                items.push(Vec::new());
                continue;
            }
            let heap = match heaps.entry(address) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => {
                    let start = self.bytes.at(address, 64)?;
                    let size = global_heap::GlobalHeapCollection::decode_size(&start, &self.context)?;
                    total += size as u64;
                    ensure(total <= most, || {
                        invalid(format!("heaps of more than {most} bytes in a shorter file"))
                    })?;
                    let heap = self.bytes.at(address, size)?;
                    let heap = global_heap::GlobalHeapCollection::decode(&heap, &self.context)?.0;
                    new.insert(heap.objects.into_iter().map(|o| (o.index, o.data)).collect())
                }
            };
            let object = u16::try_from(index).ok().and_then(|index| heap.get(&index));
            let item = object.and_then(|bytes| bytes.get(..len as usize));
            let item =
                item.ok_or_else(|| invalid(format!("object {index} is not in the heap at {address}")))?;
            total += u64::from(len);
            ensure(total <= most, || invalid(format!("texts of more than {most} bytes in a shorter file")))?;
            items.push(item.to_vec());
        }
        Ok(items)
    }

    /// All messages of a header, with those of its continuation blocks.
    fn messages(&mut self, address: u64) -> FormatResult<Vec<ObjectHeaderMessage>> {
        let mut buffer = self.bytes.at(address, HEADER_PROBE)?;
        let mut decoded = ObjectHeader::decode_any(&buffer);
        if let Err(FormatError::BufferTooShort { needed, .. }) = decoded
            && needed > buffer.len()
        {
            buffer = self.bytes.at(address, needed)?;
            decoded = ObjectHeader::decode_any(&buffer);
        }
        let header = decoded?.0;
        let is_v2 = buffer.starts_with(&OHDR_SIGNATURE);
        // A version-2 header that tracks creation order has 2 more bytes per message.
        let is_tracked = is_v2 && header.flags & 0x04 != 0;
        let (sa, ss) = (usize::from(self.context.sizeof_addr), usize::from(self.context.sizeof_size));

        let mut messages = header.messages;
        let mut seen = HashSet::from([address]);
        let mut next = 0;
        while let Some(message) = messages.get(next) {
            next += 1;
            if message.msg_type != messages::MSG_OBJ_HEADER_CONTINUATION {
                continue;
            }
            let block = (uint(&message.data, 0, sa)?, uint(&message.data, sa, ss)?);
            let is_new = seen.insert(block.0) && seen.len() <= MAX_BLOCKS;
            ensure(is_new, || invalid("object header runs in a circle"))?;
            let block = self.bytes.at(block.0, block.1 as usize)?;
            continuation(&block, is_v2, is_tracked, &mut messages)?;
        }
        Ok(messages)
    }

    /// The links of a version-1 group: a B-tree of symbol-table leaves, names in a heap.
    fn symbol_table(&mut self, message: &[u8], links: &mut Links) -> FormatResult<()> {
        let (sa, ss) = (usize::from(self.context.sizeof_addr), usize::from(self.context.sizeof_size));
        let (leaf, inner) = self.capacity;
        let heap = self.bytes.at(uint(message, sa, sa)?, 64)?;
        let heap = LocalHeapHeader::decode(&heap, sa, ss)?;
        let names = self.bytes.at(heap.data_addr, heap.data_size as usize)?;

        let node_bytes = 8 + 2 * sa + usize::from(inner) * (sa + ss) + ss;
        let leaf_bytes = 8 + usize::from(leaf) * (sa + ss + 24);
        let mut pending = vec![(uint(message, 0, sa)?, None)];
        let mut seen = HashSet::new();
        while let Some((address, level)) = pending.pop() {
            let is_new = seen.insert(address) && seen.len() <= MAX_BLOCKS;
            ensure(is_new, || invalid("group runs in a circle"))?;
            if level == Some(0) {
                let leaf = SymbolTableNode::decode(&self.bytes.at(address, leaf_bytes)?, sa, ss, leaf)?;
                for entry in leaf.entries {
                    let link = match entry.cache {
                        SymbolTableCache::SoftLink { value_offset } => {
                            Link::Soft(local_heap_get_string(&names, u64::from(value_offset))?)
                        }
                        _ => Link::Hard(entry.obj_header_addr),
                    };
                    links.insert(local_heap_get_string(&names, entry.name_offset)?, link);
                }
            } else {
                let node = BTreeV1Node::decode(&self.bytes.at(address, node_bytes)?, sa, ss, inner)?;
                let is_below = level.is_none_or(|above: u8| above.checked_sub(1) == Some(node.level));
                ensure(is_below, || invalid("group tree has a node at the wrong level"))?;
                // A leaf's children are symbol-table nodes: level 0 means "next is a leaf".
                let below = node.level;
                pending.extend(node.children.iter().rev().map(|&child| (child, Some(below))));
            }
        }
        Ok(())
    }
}

fn add_link(link: LinkMessage, links: &mut Links) {
    let target = match link.target {
        LinkTarget::Hard { address } => Link::Hard(address),
        LinkTarget::Soft { target } => Link::Soft(target),
        LinkTarget::External { file, path } => Link::External { file, path },
        LinkTarget::UserDefined { link_type, .. } => Link::Other(link_type),
    };
    links.insert(link.name, target);
}

/// A little-endian unsigned integer of `width` bytes.
fn uint(bytes: &[u8], at: usize, width: usize) -> FormatResult<u64> {
    let bytes = bytes.get(at..at + width).filter(|b| b.len() <= 8);
    let bytes = bytes.ok_or(FormatError::BufferTooShort { needed: at + width, available: 0 })?;
    Ok(bytes.iter().rev().fold(0, |value, &b| value << 8 | u64::from(b)))
}

fn continuation(
    block: &[u8],
    is_v2: bool,
    is_tracked: bool,
    out: &mut Vec<ObjectHeaderMessage>,
) -> FormatResult<()> {
    // Version 1: type u16, size u16, flags u8, 3 reserved. Version 2: signature,
    // then type u8, size u16, flags u8 (, order u16), and a checksum at the end.
    let (mut at, end, prefix) = if is_v2 {
        ensure(block.starts_with(&OCHK_SIGNATURE), || FormatError::InvalidSignature)?;
        (4, block.len().saturating_sub(4), if is_tracked { 6 } else { 4 })
    } else {
        (0, block.len(), 8)
    };
    while at + prefix <= end {
        let type_bytes = if is_v2 { 1 } else { 2 };
        let msg_type = uint(block, at, type_bytes)?;
        let size = uint(block, at + type_bytes, 2)? as usize;
        let flags = block[at + type_bytes + 2];
        at += prefix;
        let data = block.get(at..at + size).filter(|_| at + size <= end);
        let data = data.ok_or_else(|| invalid("message runs over its block"))?;
        at += size;
        if msg_type != 0 && msg_type < 256 {
            let (msg_type, data) = (msg_type as u8, data.to_vec());
            out.push(ObjectHeaderMessage { msg_type, flags, creation_index: 0, data });
        }
    }
    Ok(())
}
