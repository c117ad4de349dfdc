/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registers as pictures: boxes over bit numbers, as specifications draw them.
 */
#ifndef IOMMUCTL_RENDER_DIAGRAM_H
#define IOMMUCTL_RENDER_DIAGRAM_H

#include "base/out.h"
#include "render/doc.h"

/**
 * diagram_view() - draw every register of a field document (render/registers.h)
 *
 * The highest bit stands at the left. A row has as many bits as the terminal
 * has room for: 8, 16, 32 or 64. Each box has the name of its field, the bits
 * as they are set and, below, the value of the field. A name that does not fit
 * is a letter, which the legend below the register explains. Reserved bits are
 * hatched. Lines are drawn in UTF-8 or ASCII, as the locale says.
 */
void diagram_view(struct out *o, json_object *doc);

#endif
