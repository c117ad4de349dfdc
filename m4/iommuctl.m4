# SPDX-License-Identifier: GPL-2.0-or-later
# Configure macros of this project only.

# IOMMUCTL_OPTIONAL(NAME, VARIABLE, PKG-CONFIG MODULES, WHAT IT GIVES)
# --with-NAME=yes|no|auto; defines HAVE_VARIABLE and have_NAME.
AC_DEFUN([IOMMUCTL_OPTIONAL], [
AC_ARG_WITH([$1],
	[AS_HELP_STRING([--without-$1], [leave out $4])],
	[], [with_$1=auto])
have_$1=no
AS_IF([test "x$with_$1" != xno], [
	PKG_CHECK_MODULES([$2], [$3], [have_$1=yes], [
		AS_IF([test "x$with_$1" = xyes], [AC_MSG_ERROR([--with-$1 was given, but $3 is missing])])
	])
])
AS_IF([test "x$have_$1" = xyes], [AC_DEFINE([HAVE_$2], [1], [Define to 1 for $4.])])
])

# IOMMUCTL_CFLAG(VARIABLE, FLAG): append FLAG to VARIABLE if the compiler takes it without a word.
AC_DEFUN([IOMMUCTL_CFLAG], [
AS_VAR_PUSHDEF([cache], [iommuctl_cv_cflag_$2])
AC_CACHE_CHECK([whether $CC takes $2], [cache], [
	iommuctl_save_CFLAGS=$CFLAGS
	CFLAGS="$CFLAGS -Werror $2"
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])], [AS_VAR_SET([cache], [yes])], [AS_VAR_SET([cache], [no])])
	CFLAGS=$iommuctl_save_CFLAGS
])
AS_VAR_IF([cache], [yes], [AS_VAR_APPEND([$1], [" $2"])])
AS_VAR_POPDEF([cache])
])

# IOMMUCTL_LDFLAG(VARIABLE, FLAG): the same for the linker.
AC_DEFUN([IOMMUCTL_LDFLAG], [
AS_VAR_PUSHDEF([cache], [iommuctl_cv_ldflag_$2])
AC_CACHE_CHECK([whether the linker takes $2], [cache], [
	iommuctl_save_LDFLAGS=$LDFLAGS
	LDFLAGS="$LDFLAGS -Werror $2"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])], [AS_VAR_SET([cache], [yes])], [AS_VAR_SET([cache], [no])])
	LDFLAGS=$iommuctl_save_LDFLAGS
])
AS_VAR_IF([cache], [yes], [AS_VAR_APPEND([$1], [" $2"])])
AS_VAR_POPDEF([cache])
])

AC_DEFUN([IOMMUCTL_WARNINGS], [
AC_ARG_ENABLE([werror],
	[AS_HELP_STRING([--enable-werror], [stop at compiler warnings (for developers)])],
	[], [enable_werror=no])
WARN_CFLAGS=
m4_foreach_w([flag], [-Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wimplicit-fallthrough
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wundef -Wvla
	-Wpointer-arith -Wwrite-strings -Wno-missing-field-initializers
	-Werror=implicit -Werror=incompatible-pointer-types -Werror=int-conversion],
	[IOMMUCTL_CFLAG([WARN_CFLAGS], flag)])
AS_IF([test "x$enable_werror" = xyes], [AS_VAR_APPEND([WARN_CFLAGS], [" -Werror"])])
# Known together with -Wformat=2 only.
AS_CASE([$WARN_CFLAGS], [*-Wformat=2*], [AS_VAR_APPEND([WARN_CFLAGS], [" -Werror=format-security"])])
AC_SUBST([WARN_CFLAGS])
])

# The flags of the OpenSSF compiler options guide, each only where the tool chain knows it.
AC_DEFUN([IOMMUCTL_HARDENING], [
AC_ARG_ENABLE([hardening],
	[AS_HELP_STRING([--disable-hardening], [leave out the hardening flags])],
	[], [enable_hardening=yes])
HARDEN_CFLAGS= HARDEN_CPPFLAGS= HARDEN_LDFLAGS=
AS_IF([test "x$enable_hardening" = xyes && test "x${enable_sanitizers:-no}" = xno], [
	m4_foreach_w([flag], [-fstack-clash-protection -fstack-protector-strong -fcf-protection=full
		-mbranch-protection=standard -fstrict-flex-arrays=3 -fno-delete-null-pointer-checks
		-fno-strict-overflow -fno-strict-aliasing -ftrivial-auto-var-init=zero -fPIE],
		[IOMMUCTL_CFLAG([HARDEN_CFLAGS], flag)])
	m4_foreach_w([flag], [-pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,nodlopen -Wl,--as-needed],
		[IOMMUCTL_LDFLAG([HARDEN_LDFLAGS], m4_defn([flag]))])
	# Fortify needs optimisation, and a distribution may have set its own level.
	AC_CACHE_CHECK([which _FORTIFY_SOURCE level works], [iommuctl_cv_fortify], [
		iommuctl_cv_fortify=no
		for level in 3 2; do
			iommuctl_save_CFLAGS=$CFLAGS
			CFLAGS="$CFLAGS -O2 -Werror -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$level"
			AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <string.h>]], [])], [iommuctl_cv_fortify=$level])
			CFLAGS=$iommuctl_save_CFLAGS
			test "$iommuctl_cv_fortify" = no || break
		done
	])
	AS_CASE(["$CFLAGS $CPPFLAGS"],
		[*FORTIFY_SOURCE*], [],
		[*-O0*], [],
		[*-O*], [AS_IF([test "$iommuctl_cv_fortify" != no],
			[HARDEN_CPPFLAGS="-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$iommuctl_cv_fortify"])])
])
AC_SUBST([HARDEN_CFLAGS])
AC_SUBST([HARDEN_CPPFLAGS])
AC_SUBST([HARDEN_LDFLAGS])
])

# --enable-sanitizers=address,undefined: for developers and CI. Decided before hardening is used.
AC_DEFUN([IOMMUCTL_SANITIZERS], [
AC_ARG_ENABLE([sanitizers],
	[AS_HELP_STRING([--enable-sanitizers=LIST], [build with -fsanitize=LIST (address,undefined)])],
	[], [enable_sanitizers=no])
SANITIZE_CFLAGS= SANITIZE_LDFLAGS= CHECKED=
AS_CASE([$enable_sanitizers], [yes], [sanitizers=address,undefined], [sanitizers=$enable_sanitizers])
AS_IF([test "x$sanitizers" != xno], [
	SANITIZE_CFLAGS="-fsanitize=$sanitizers -fno-sanitize-recover=all -fno-omit-frame-pointer"
	CHECKED=sanitizers
	# Tests preload libraries, and a shared AddressSanitizer would have to come before them. clang links it statically anyway.
	m4_foreach_w([flag], [-static-libasan -static-libubsan], [IOMMUCTL_LDFLAG([SANITIZE_LDFLAGS], flag)])
])
AC_SUBST([SANITIZE_CFLAGS])
AC_SUBST([SANITIZE_LDFLAGS])
AC_SUBST([CHECKED])
])
