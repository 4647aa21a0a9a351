#!/usr/bin/perl
# FXOS, where the login of some platforms lands: on an appliance (2100) `connect ftd` leads to the FTD's command line, on a
# chassis (4100, 9300) it stands behind the console of a module, which goes on where the last visitor left it.
# `--from-ftd`: entered by `connect fxos`.
use lib '/usr/local/sf/lib';
use strict;
use warnings;
use Appliance;
use Console;
use IO::Select;
use IO::Socket::UNIX;
use POSIX ();
use Time::HiRes qw(time sleep);

$| = 1;
my $fxos = setting('fxos', {});
my $is_chassis = ($fxos->{kind} // '') eq 'chassis';
my $came_from_ftd = grep { $_ eq '--from-ftd' } @ARGV;
my $name = (POSIX::uname())[1];
my @scope;
my $began = time;
idle_limit(setting('idle', 0) / 1000);
my $go_back = "You came from FXOS Service Manager. Please enter 'exit' to go back.\n";

sub invalid { my ($at) = @_; return (' ' x (length("$name# ") + $at)) . "^\n% Invalid Command at '^' marker\n" }
sub prompt { return $name . (@scope ? ' ' . join(' ', map { "/$_" } @scope) . ' ' : '') . '# ' }

sub connect_ftd {
    if ($came_from_ftd) { print $go_back; return }
    if ($is_chassis) { print invalid(8); return }
    # Asked too early, the words end up in the line of the FTD, and that hears nothing but Ctrl-U.
    my $is_early = (time - $began) * 1000 < ($fxos->{settleMs} // 0);
    system('/usr/local/bin/clish', '--from-fxos', $is_early ? ('--left', 'connect ftd') : ());
}

# A telnet to the serial line of the module. `~` is its escape key wherever it is typed.
sub connect_module {
    my ($slot, $way) = @_;
    my $at = "127.5.$slot.1";
    if (!$is_chassis || $slot != 1) { print invalid(8); return }
    print "Telnet escape character is '~'.\nTrying $at...\n";
    my $line = IO::Socket::UNIX->new(Peer => '/run/module1.console');
    if (!$line) { print "telnet: connect to address $at: Connection refused\n"; return }
    print "Connected to $at.\nEscape character is '~'.\n", $way eq 'console' ? "CISCO Serial Over LAN:\nClose Network Connection to Exit\n" : '';
    keys_alone(1);
    my $both = IO::Select->new($line, \*STDIN);
    VISIT: while (1) {
        for my $from ($both->can_read) {
            my $bytes = '';
            if ($from == $line) {
                last VISIT unless sysread($line, $bytes, 4096);
                syswrite(STDOUT, $bytes);
                next;
            }
            exit 0 unless sysread(STDIN, $bytes, 4096);
            my ($typed, $escaped) = $bytes =~ /^([^~]*)(~?)/s;
            syswrite($line, $typed) if $typed ne '';
            next if $escaped eq '';
            my $order = edit("\r\ntelnet> ", '') // exit 0;
            last VISIT if $order =~ /^q(uit)?$/;
            print "?Invalid command\n" if $order ne '';
            keys_alone(1);
        }
    }
    keys_alone(0);
    print "Connection closed.\n";
}

if (@ARGV && $ARGV[0] eq '-c') { print "% Invalid Command\n"; exit 1 }
print "Cisco Firepower Extensible Operating System (FX-OS) Software\nTAC support: http://www.cisco.com/tac\nCopyright (c) 2009-2023, Cisco Systems, Inc. All rights reserved.\n\nThe copyrights to certain works contained in this software are\nowned by other third parties and used and distributed under\nlicense.\n\n"
    unless $came_from_ftd;
while (1) {
    my $line = edit(prompt(), '') // exit 0;
    $line =~ s/^\s+|\s+$//g;
    next if $line eq '';
    if ($line eq 'exit') {
        exit 0 unless @scope;
        pop @scope;
    } elsif ($line eq 'top') { @scope = () }
    elsif ($line =~ /^scope (\w+)$/) { push @scope, $1 }
    elsif ($line =~ /^terminal (length|width) \d+$/) { }
    elsif ($line eq 'connect ftd') { connect_ftd() }
    elsif ($line =~ /^connect module (\d+) (console|telnet)$/) { connect_module($1, $2) }
    else { print invalid(0) }
}
