/* taskkill /PID <id> /T /F: Wine's own knows no /T. Anything else is refused, as the real one refuses what it does not know. */
#include <windows.h>
#include <tlhelp32.h>
#include <wchar.h>

static BOOL end_tree(DWORD id) {
  PROCESSENTRY32W entry = {.dwSize = sizeof entry};
  HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
  for (BOOL more = Process32FirstW(snapshot, &entry); more; more = Process32NextW(snapshot, &entry)) {
    if (entry.th32ParentProcessID == id && entry.th32ProcessID != id) end_tree(entry.th32ProcessID);
  }
  CloseHandle(snapshot);
  HANDLE process = OpenProcess(PROCESS_TERMINATE, FALSE, id);
  if (process == NULL) return FALSE;
  BOOL ended = TerminateProcess(process, 1);
  CloseHandle(process);
  return ended;
}

int wmain(int count, wchar_t **words) {
  if (count != 5 || wcscmp(words[1], L"/PID") || wcscmp(words[3], L"/T") || wcscmp(words[4], L"/F")) return 1;
  return end_tree((DWORD)wcstoul(words[2], NULL, 10)) ? 0 : 128;
}
