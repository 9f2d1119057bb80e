//! MuJoCo's shared library, opened while the program runs. A program with this room therefore starts, and says what is missing, on a
//! machine without the library. This folder is the only one of lobule with unsafe code: it calls C, and reads structures of one version of
//! it at known places ([`layout`]).

mod data;
mod layout;
mod locate;
mod model;

pub(crate) use data::Data;
pub(crate) use model::{Kind, Model, Object, Scene};

use crate::Error;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::OnceLock;

/// The command that fetches the library; every message about it names this.
const REMEDY: &str = "run `scripts/fetch_mujoco.sh`, or name the folder that holds it in the environment variable LOBULE_MUJOCO";

type Raw = *mut c_void;

/// Path of a fetched file.
///
/// # Errors
/// [`Error::Description`] with the places where it is not, and the remedy.
pub(crate) fn fetched(file: &str) -> Result<std::path::PathBuf, Error> {
    let missing = |places| format!("{file} is not there (looked for in {places}); {REMEDY}");
    locate::fetched(file)
        .map_err(|places| Error::Description { part: "MuJoCo".into(), what: missing(places) })
}

/// Functions of the library.
pub(crate) struct Library {
    load_xml: unsafe extern "C" fn(*const c_char, *const c_void, *mut c_char, c_int) -> Raw,
    delete_model: unsafe extern "C" fn(Raw),
    default_vfs: unsafe extern "C" fn(*mut Raw),
    add_buffer_vfs: unsafe extern "C" fn(*mut Raw, *const c_char, *const c_void, c_int) -> c_int,
    delete_vfs: unsafe extern "C" fn(*mut Raw),
    name_to_id: unsafe extern "C" fn(Raw, c_int, *const c_char) -> c_int,
    id_to_name: unsafe extern "C" fn(Raw, c_int, c_int) -> *const c_char,
    set_const: unsafe extern "C" fn(Raw, Raw),
    make_data: unsafe extern "C" fn(Raw) -> Raw,
    delete_data: unsafe extern "C" fn(Raw),
    reset_data: unsafe extern "C" fn(Raw, Raw),
    reset_data_keyframe: unsafe extern "C" fn(Raw, Raw, c_int),
    forward: unsafe extern "C" fn(Raw, Raw),
    step: unsafe extern "C" fn(Raw, Raw),
    step1: unsafe extern "C" fn(Raw, Raw),
    step2: unsafe extern "C" fn(Raw, Raw),
    state_size: unsafe extern "C" fn(Raw, c_int) -> c_int,
    get_state: unsafe extern "C" fn(Raw, Raw, *mut f64, c_int),
    set_state: unsafe extern "C" fn(Raw, Raw, *const f64, c_int),
}

impl Library {
    /// The library, opened at the first call.
    ///
    /// # Errors
    /// [`Error::Description`] when it is not there or is another version, with the places that were looked at and the remedy.
    pub(crate) fn get() -> Result<&'static Self, Error> {
        static LIBRARY: OnceLock<Result<Library, String>> = OnceLock::new();
        LIBRARY
            .get_or_init(Self::open)
            .as_ref()
            .map_err(|what| Error::Description { part: "MuJoCo".into(), what: what.clone() })
    }

    fn open() -> Result<Self, String> {
        let path = locate::library().map_err(|what| format!("{what}; {REMEDY}"))?;
        let cannot =
            |error: libloading::Error| format!("{} cannot be used: {error}; {REMEDY}", path.display());
        // SAFETY: the library's initialization runs no code but its own; that the file is MuJoCo is checked below, before any
        // of its structures is read.
        let opened = unsafe { libloading::Library::new(&path) }.map_err(cannot)?;
        // It stays open until the program ends: bodies hold pointers into it.
        let opened: &'static libloading::Library = Box::leak(Box::new(opened));
        macro_rules! function {
            ($name:literal) => {
                // SAFETY: the signature is that of the header of the version that is checked here.
                *unsafe { opened.get(concat!($name, "\0").as_bytes()) }.map_err(cannot)?
            };
        }
        let version: unsafe extern "C" fn() -> c_int = function!("mj_version");
        // SAFETY: it takes nothing and gives a number.
        let found = unsafe { version() };
        if found != layout::VERSION {
            return Err(format!(
                "{} is MuJoCo {}; this program reads the structures of {}; {REMEDY}",
                path.display(),
                spelled(found),
                spelled(layout::VERSION)
            ));
        }
        type Handler = unsafe extern "C" fn(*const c_void);
        let set_log_handler: unsafe extern "C" fn(Option<Handler>) -> Option<Handler> =
            function!("mju_setLogHandler");
        // SAFETY: the handler is a function of this program, which outlives the library's use.
        unsafe { set_log_handler(Some(logged)) };
        Ok(Self {
            load_xml: function!("mj_loadXML"),
            delete_model: function!("mj_deleteModel"),
            default_vfs: function!("mj_defaultVFS"),
            add_buffer_vfs: function!("mj_addBufferVFS"),
            delete_vfs: function!("mj_deleteVFS"),
            name_to_id: function!("mj_name2id"),
            id_to_name: function!("mj_id2name"),
            set_const: function!("mj_setConst"),
            make_data: function!("mj_makeData"),
            delete_data: function!("mj_deleteData"),
            reset_data: function!("mj_resetData"),
            reset_data_keyframe: function!("mj_resetDataKeyframe"),
            forward: function!("mj_forward"),
            step: function!("mj_step"),
            step1: function!("mj_step1"),
            step2: function!("mj_step2"),
            state_size: function!("mj_stateSize"),
            get_state: function!("mj_getState"),
            set_state: function!("mj_setState"),
        })
    }
}

/// A version as MuJoCo writes it.
fn spelled(version: i32) -> String {
    format!("{}.{}.{}", version / 1_000_000, version / 1000 % 1000, version % 1000)
}

/// Receives what the library logs. By itself it would write a file into the working directory. Warnings are counted in its data, which
/// every step is checked for; after an error it ends the program, which is said here first.
unsafe extern "C" fn logged(message: *const c_void) {
    // SAFETY: the library passes a message that lives for the call; level and subject lie where the header has them.
    let (level, subject) = unsafe {
        (message.cast::<c_int>().read(), CStr::from_ptr(message.cast::<c_char>().add(layout::LOG_SUBJECT)))
    };
    if level == layout::LOG_ERROR {
        eprintln!("lobule: MuJoCo cannot go on: {}", subject.to_string_lossy());
        std::process::exit(1);
    }
}

/// A pointer that is stored in a structure.
///
/// # Safety
/// `structure` is a live structure of the checked version, and `offset` that of a field of type `T`.
unsafe fn field<T: Copy>(structure: Raw, offset: usize) -> T {
    // SAFETY: promised by the caller; the fields are aligned as C aligns them.
    unsafe { structure.cast::<u8>().add(offset).cast::<T>().read() }
}

/// An array that a structure points to.
///
/// # Safety
/// As [`field`], for a field of type `T *` with at least `count` elements.
unsafe fn array<'a, T>(structure: Raw, offset: usize, count: usize) -> &'a [T] {
    if count == 0 {
        return &[];
    }
    // SAFETY: promised by the caller.
    unsafe { std::slice::from_raw_parts(field::<*const T>(structure, offset), count) }
}

/// The same, to be changed.
///
/// # Safety
/// As [`array`], and nobody else refers to it.
unsafe fn array_mut<'a, T>(structure: Raw, offset: usize, count: usize) -> &'a mut [T] {
    if count == 0 {
        return &mut [];
    }
    // SAFETY: promised by the caller.
    unsafe { std::slice::from_raw_parts_mut(field::<*mut T>(structure, offset), count) }
}
