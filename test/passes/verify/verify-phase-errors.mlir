// RUN: fovea-opt %s --fovea-verify-phase=phase=soon -verify-diagnostics

// expected-error @below {{unknown phase 'soon', expected lower, fuse, outline or bufferize}}
module {}
