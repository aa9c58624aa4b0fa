// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Masks among the steps of a site become structure where that changes no result.

#ifndef FOVEA_PASSES_RAISE_SITEMASKS_H
#define FOVEA_PASSES_RAISE_SITEMASKS_H

#include "passes/raise/AttentionSite.h"

namespace fovea::raise {

/// Takes masks out of the site's steps: those that hide nothing, and what is structure and hides
/// exactly, which goes to the site's mask. Minus infinity hides; the lowest finite number of the
/// type does when every row is proved to see a key; other numbers do with `approximate`, in sites
/// where every row sees a key by structure. What stays is computed from indices where it is a
/// matrix of structure, else read. `site.maskNotes` says in words what was not plain structure.
void absorbMasks(AttentionSite &site, bool approximate);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_SITEMASKS_H
