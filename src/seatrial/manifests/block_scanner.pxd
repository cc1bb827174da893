# C types of block_scanner.py, for its compiled form; what they mean stands there.
cimport cython

cdef class _Scanner:
    cdef str _text
    cdef Py_ssize_t _end, _at, _column, _room, _blank

    cdef document(self)
    @cython.locals(sign=Py_UCS4)
    cdef void _check_signs(self) except *
    @cython.locals(text=str, at=Py_ssize_t, start=Py_ssize_t, sign=Py_UCS4)
    cdef Py_ssize_t _next_line(self) except -2
    @cython.locals(sign=Py_UCS4)
    cdef bint _is_marker(self, Py_ssize_t at) noexcept
    @cython.locals(text=str, at=Py_ssize_t)
    cdef void _rest_is_blank(self) except *
    @cython.locals(at=Py_ssize_t)
    cdef bint _is_dash(self) noexcept
    cdef void _descend(self) except *
    @cython.locals(found=dict)
    cdef dict _mapping(self, Py_ssize_t column, str key)
    @cython.locals(found=list)
    cdef list _sequence(self, Py_ssize_t column)
    @cython.locals(text=str, at=Py_ssize_t, start=Py_ssize_t, stop=Py_ssize_t, sign=Py_UCS4, key=str)
    cdef str _key(self)
    @cython.locals(text=str, at=Py_ssize_t)
    cdef _behind_key(self, Py_ssize_t column)
    @cython.locals(text=str, at=Py_ssize_t, key=str)
    cdef _item(self, Py_ssize_t column)
    @cython.locals(key=str)
    cdef _nested(self, Py_ssize_t column)
    @cython.locals(sign=Py_UCS4)
    cdef _inline(self, Py_ssize_t column)
    @cython.locals(text=str, at=Py_ssize_t, start=Py_ssize_t, quote=Py_UCS4, sign=Py_UCS4, done=str)
    cdef str _quoted(self)
    @cython.locals(text=str)
    cdef Py_ssize_t _fold(self, Py_ssize_t at) except -2
    @cython.locals(text=str, at=Py_ssize_t, start=Py_ssize_t, stop=Py_ssize_t, sign=Py_UCS4, following=Py_UCS4)
    cdef _plain(self, Py_ssize_t column)
    @cython.locals(text=str, blank=Py_ssize_t, start=Py_ssize_t, stop=Py_ssize_t, line=str)
    cdef _continued(self, value, str begun, Py_ssize_t at, Py_ssize_t column)
    @cython.locals(text=str)
    cdef Py_ssize_t _plain_stop(self, Py_ssize_t at) except -2
    @cython.locals(
        text=str, folded=bint, chomp=Py_UCS4, at=Py_ssize_t, indent=Py_ssize_t, lines=list, kept=Py_ssize_t,
        start=Py_ssize_t, stop=Py_ssize_t, found=str,
    )
    cdef str _block(self, Py_ssize_t column)
    @cython.locals(text=str, start=Py_ssize_t)
    cdef Py_ssize_t _block_indent(self, Py_ssize_t at, Py_ssize_t column) except -2
    @cython.locals(found=list)
    cdef list _flow_sequence(self)
    @cython.locals(found=dict, key=str)
    cdef dict _flow_mapping(self)
    @cython.locals(text=str, at=Py_ssize_t, sign=Py_UCS4)
    cdef void _flow_space(self) except *
    @cython.locals(text=str, at=Py_ssize_t, start=Py_ssize_t, sign=Py_UCS4)
    cdef _flow_value(self)

cdef inline bint _is_alphanumeric(Py_UCS4 sign) noexcept
cdef inline bint _is_flow_sign(Py_UCS4 sign) noexcept
cdef str _escaped(Py_UCS4 sign)
cdef _word(str text)
