#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bernard_fuzz::alert(data));
