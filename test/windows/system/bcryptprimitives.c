/* bcryptprimitives.dll as far as the keychain's library asks for it: Wine 8 has none. */
#include <windows.h>

/* RtlGenRandom under the name by which advapi32 exports it. */
BOOLEAN WINAPI SystemFunction036(PVOID data, ULONG size);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) {
  return SystemFunction036(data, (ULONG)size);
}
