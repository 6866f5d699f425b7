/* symbols_errno.c - errnos by name, by number, and what strerror says of them. */
#include "symbols.h"

#include <string.h>

/* Linux's numbers, for both kernels: scripts compare names with names. */
static const struct {
    int number;
    const char *name, *text;
} errnos[] = {
    {PKT_EPERM, "EPERM", "Operation not permitted"},
    {PKT_ENOENT, "ENOENT", "No such file or directory"},
    {PKT_ESRCH, "ESRCH", "No such process"},
    {PKT_EINTR, "EINTR", "Interrupted system call"},
    {5, "EIO", "Input/output error"},
    {6, "ENXIO", "No such device or address"},
    {7, "E2BIG", "Argument list too long"},
    {8, "ENOEXEC", "Exec format error"},
    {PKT_EBADF, "EBADF", "Bad file descriptor"},
    {10, "ECHILD", "No child processes"},
    {PKT_EAGAIN, "EAGAIN", "Resource temporarily unavailable"},
    {PKT_EAGAIN, "EWOULDBLOCK", "Resource temporarily unavailable"},
    {PKT_ENOMEM, "ENOMEM", "Cannot allocate memory"},
    {PKT_EACCES, "EACCES", "Permission denied"},
    {PKT_EFAULT, "EFAULT", "Bad address"},
    {15, "ENOTBLK", "Block device required"},
    {16, "EBUSY", "Device or resource busy"},
    {17, "EEXIST", "File exists"},
    {18, "EXDEV", "Invalid cross-device link"},
    {19, "ENODEV", "No such device"},
    {20, "ENOTDIR", "Not a directory"},
    {21, "EISDIR", "Is a directory"},
    {PKT_EINVAL, "EINVAL", "Invalid argument"},
    {23, "ENFILE", "Too many open files in system"},
    {24, "EMFILE", "Too many open files"},
    {PKT_ENOTTY, "ENOTTY", "Inappropriate ioctl for device"},
    {26, "ETXTBSY", "Text file busy"},
    {27, "EFBIG", "File too large"},
    {28, "ENOSPC", "No space left on device"},
    {29, "ESPIPE", "Illegal seek"},
    {30, "EROFS", "Read-only file system"},
    {31, "EMLINK", "Too many links"},
    {PKT_EPIPE, "EPIPE", "Broken pipe"},
    {33, "EDOM", "Numerical argument out of domain"},
    {34, "ERANGE", "Numerical result out of range"},
    {35, "EDEADLK", "Resource deadlock avoided"},
    {35, "EDEADLOCK", "Resource deadlock avoided"},
    {36, "ENAMETOOLONG", "File name too long"},
    {37, "ENOLCK", "No locks available"},
    {38, "ENOSYS", "Function not implemented"},
    {39, "ENOTEMPTY", "Directory not empty"},
    {40, "ELOOP", "Too many levels of symbolic links"},
    {PKT_ENOMSG, "ENOMSG", "No message of desired type"},
    {43, "EIDRM", "Identifier removed"},
    {44, "ECHRNG", "Channel number out of range"},
    {45, "EL2NSYNC", "Level 2 not synchronized"},
    {46, "EL3HLT", "Level 3 halted"},
    {47, "EL3RST", "Level 3 reset"},
    {48, "ELNRNG", "Link number out of range"},
    {49, "EUNATCH", "Protocol driver not attached"},
    {50, "ENOCSI", "No CSI structure available"},
    {51, "EL2HLT", "Level 2 halted"},
    {52, "EBADE", "Invalid exchange"},
    {53, "EBADR", "Invalid request descriptor"},
    {54, "EXFULL", "Exchange full"},
    {55, "ENOANO", "No anode"},
    {56, "EBADRQC", "Invalid request code"},
    {57, "EBADSLT", "Invalid slot"},
    {59, "EBFONT", "Bad font file format"},
    {60, "ENOSTR", "Device not a stream"},
    {61, "ENODATA", "No data available"},
    {62, "ETIME", "Timer expired"},
    {63, "ENOSR", "Out of streams resources"},
    {64, "ENONET", "Machine is not on the network"},
    {65, "ENOPKG", "Package not installed"},
    {66, "EREMOTE", "Object is remote"},
    {67, "ENOLINK", "Link has been severed"},
    {68, "EADV", "Advertise error"},
    {69, "ESRMNT", "Srmount error"},
    {70, "ECOMM", "Communication error on send"},
    {PKT_EPROTO, "EPROTO", "Protocol error"},
    {72, "EMULTIHOP", "Multihop attempted"},
    {73, "EDOTDOT", "RFS specific error"},
    {74, "EBADMSG", "Bad message"},
    {75, "EOVERFLOW", "Value too large for defined data type"},
    {76, "ENOTUNIQ", "Name not unique on network"},
    {77, "EBADFD", "File descriptor in bad state"},
    {78, "EREMCHG", "Remote address changed"},
    {79, "ELIBACC", "Can not access a needed shared library"},
    {80, "ELIBBAD", "Accessing a corrupted shared library"},
    {81, "ELIBSCN", ".lib section in a.out corrupted"},
    {82, "ELIBMAX", "Attempting to link in too many shared libraries"},
    {83, "ELIBEXEC", "Cannot exec a shared library directly"},
    {84, "EILSEQ", "Invalid or incomplete multibyte or wide character"},
    {85, "ERESTART", "Interrupted system call should be restarted"},
    {86, "ESTRPIPE", "Streams pipe error"},
    {87, "EUSERS", "Too many users"},
    {88, "ENOTSOCK", "Socket operation on non-socket"},
    {PKT_EDESTADDRREQ, "EDESTADDRREQ", "Destination address required"},
    {PKT_EMSGSIZE, "EMSGSIZE", "Message too long"},
    {91, "EPROTOTYPE", "Protocol wrong type for socket"},
    {PKT_ENOPROTOOPT, "ENOPROTOOPT", "Protocol not available"},
    {93, "EPROTONOSUPPORT", "Protocol not supported"},
    {94, "ESOCKTNOSUPPORT", "Socket type not supported"},
    {PKT_EOPNOTSUPP, "EOPNOTSUPP", "Operation not supported"},
    {95, "ENOTSUP", "Operation not supported"},
    {96, "EPFNOSUPPORT", "Protocol family not supported"},
    {PKT_EAFNOSUPPORT, "EAFNOSUPPORT", "Address family not supported by protocol"},
    {PKT_EADDRINUSE, "EADDRINUSE", "Address already in use"},
    {PKT_EADDRNOTAVAIL, "EADDRNOTAVAIL", "Cannot assign requested address"},
    {100, "ENETDOWN", "Network is down"},
    {PKT_ENETUNREACH, "ENETUNREACH", "Network is unreachable"},
    {102, "ENETRESET", "Network dropped connection on reset"},
    {PKT_ECONNABORTED, "ECONNABORTED", "Software caused connection abort"},
    {PKT_ECONNRESET, "ECONNRESET", "Connection reset by peer"},
    {PKT_ENOBUFS, "ENOBUFS", "No buffer space available"},
    {PKT_EISCONN, "EISCONN", "Transport endpoint is already connected"},
    {PKT_ENOTCONN, "ENOTCONN", "Transport endpoint is not connected"},
    {108, "ESHUTDOWN", "Cannot send after transport endpoint shutdown"},
    {109, "ETOOMANYREFS", "Too many references: cannot splice"},
    {PKT_ETIMEDOUT, "ETIMEDOUT", "Connection timed out"},
    {PKT_ECONNREFUSED, "ECONNREFUSED", "Connection refused"},
    {112, "EHOSTDOWN", "Host is down"},
    {PKT_EHOSTUNREACH, "EHOSTUNREACH", "No route to host"},
    {PKT_EALREADY, "EALREADY", "Operation already in progress"},
    {PKT_EINPROGRESS, "EINPROGRESS", "Operation now in progress"},
    {116, "ESTALE", "Stale file handle"},
    {122, "EDQUOT", "Disk quota exceeded"},
    {125, "ECANCELED", "Operation canceled"},
};
#define ERRNOS (sizeof errnos / sizeof errnos[0])

bool errno_number(const char *name, int *number)
{
    for (size_t i = 0; i < ERRNOS; i++) {
        if (strcmp(errnos[i].name, name) == 0) {
            *number = errnos[i].number;
            return true;
        }
    }
    return false;
}

const char *errno_text(int number)
{
    for (size_t i = 0; i < ERRNOS; i++) {
        if (errnos[i].number == number) { return errnos[i].text; }
    }
    return number == 0 ? "Success" : "Unknown error";
}
