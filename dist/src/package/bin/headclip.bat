@echo off
rem Starts HeadCLIP for Java from an unpacked archive: with the Java beside it, else JAVA_HOME's, else the PATH's.
setlocal
set "home=%~dp0.."
set "java=java"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java.exe"
if exist "%home%\runtime\bin\java.exe" set "java=%home%\runtime\bin\java.exe"
"%java%" -version >nul 2>nul
if errorlevel 1 (
  echo headclip: needs Java 17 or newer; install it ^(https://adoptium.net^), set JAVA_HOME, or take the archive with its own Java 1>&2
  exit /b 2
)
set "quiet="
"%java%" --sun-misc-unsafe-memory-access=allow -version >nul 2>nul
if not errorlevel 1 set "quiet=--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
set "more="
if defined HEADCLIP_CLASSPATH set "more=;%HEADCLIP_CLASSPATH%"
"%java%" %quiet% %HEADCLIP_JAVA_OPTS% -XX:+UseSerialGC -Xshare:auto -Dfile.encoding=UTF-8 -cp "%home%\lib\*%more%" dev.headclip.app.Main %*
exit /b %errorlevel%
