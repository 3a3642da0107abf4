// A call's id, which may hold any byte, as a part of an element's id.
export const domId = (id) => id.replace(/[^A-Za-z0-9-]/g, (sign) => `_${sign.codePointAt(0).toString(16)}_`)
